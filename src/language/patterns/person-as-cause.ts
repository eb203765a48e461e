import { patternsOf } from './pattern.ts'

/** A person or a team is made the cause. */
export const personAsCause = patternsOf({
  perhaps: `
    (caused when {person}|(caused|triggered|broken|introduced|provoked|brought about|brought down|taken down) {somehow} by|(caused by|due to|result of) … (made|introduced|done|performed|carried out|executed) by) {person} !(’s)
      + The outage was caused by an engineer.
      - The outage was caused by an engineer’s laptop.
    {person} {somehow} (caused !(.|,|by)|wrecked|ruined|botched|bungled|mishandled|messed up|screwed up|fucked up|destroyed|crashed|corrupted)
      + We caused the outage.
      - The deploy caused the outage.
    {person} {somehow} (broke|broken) (the|our|all)? {any}? (production|prod|master|build|site|page|checkout|login|api|service|pipeline|app|website|deployment|production|cluster|for)
      + We broke the login.
      - The deploy broke the login.
    {person} {somehow} (introduced|created|added|merged|pushed|shipped|deployed|released|wrote|made) (a|an|the|this|some) {any}? (bug|bugs|error|errors|regression|typo|bad|broken|faulty|buggy|breaking)
      + We introduced a syntax error in the revert.
      - The revert introduced a syntax error.
    {person} …… (which|that) {somehow} (broke|crashed|brought|took|knocked|wiped|destroyed) {any}? {any}? {any}? (down|offline|site|service|production|cluster|database|api|everything)
      + An operator restarted the switch, which brought down the site.
      - A firmware update restarted the switch, which brought down the site.
    P ’s {any}? (change|decision|action|actions|command|script|deploy|deployment|migration|restart|commit|push|edit|response|mistake|misreading) …… (caused|broke|took down|brought|triggered|prolonged|cost|turned|sank)
      + Sam’s restart caused the loss of all sessions.
      - The node’s restart caused the loss of all sessions.
    {person} {somehow} (let|allowed) … (through|slip|expire|lapse)
      + QA let a broken build through.
      - The gate let a broken build through.
    (P {be} {somehow} (to blame|at fault|the culprit|the weak link|responsible for the (outage|incident|failure|loss|delay))|(blame|fault) {somehow} (lies|rests|falls) {somehow} (with|on) P)
      + The database team was at fault.
      - The old disk was at fault.
    ((P ’s|my|our) (fault|doing) !(report|tolerance|line|domain)|{person} (take|takes|accept|accepts) (full|total|complete|the) (responsibility|accountability|blame)|self-inflicted)
      + It was Sam’s fault.
      - It was Sam’s fault report.
    (cause|reason|trigger) (of …)? {be} {person} ({any}|.)
      + The immediate cause was an engineer who restarted the primary.
      - The immediate cause was a lock on the primary.
    {person} {somehow} (deleted|dropped|wiped|truncated|overwrote|erased|killed|unplugged|uninstalled|terminated) (the|our|all|every|a) … (production|primary|live|database|bucket|wrong|working|data|table|tables|repository|volume|cluster|power|whole|entire)
      + A new hire deleted the production bucket.
      - A retention job deleted the production bucket.
  `,
})
