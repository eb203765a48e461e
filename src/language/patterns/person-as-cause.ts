import { patternsOf } from './pattern.ts'

/** A person or a team is made the cause. */
export const personAsCause = patternsOf('person_as_cause', {
  sure: '',
  perhaps: `
    (caused|triggered|broken|introduced|provoked|brought about|brought down|taken down) by {person}
      + The outage was caused by an engineer.
      - The outage was caused by an engineer’s laptop model.
    {person} {somehow} (caused|broke|wrecked|ruined|botched|bungled|mishandled|messed up|screwed up|destroyed|brought down|took down)
      + We broke the login.
      - The deploy broke the login.
    {person} {somehow} (introduced|caused|created|added|merged|pushed|shipped|deployed|released) (a|an|the|this) {any}? (bug|error|errors|regression|typo|mistake|bad|broken|faulty|incorrect|wrong)
      + We introduced a syntax error in the revert.
      - The revert introduced a syntax error.
    {person} …… (which|that|and) {somehow} (broke|crashed|brought down|took down|knocked|led to|caused|resulted in)
      + An operator restarted the switch, which brought down the site.
      - A firmware update restarted the switch, which brought down the site.
    P ’s {any}? {any}? (change|decision|action|actions|command|script|deploy|deployment|migration|restart|commit|push|edit|failover|response) {somehow} (caused|broke|led|took|brought|triggered|prolonged|made|cost)
      + Sam’s restart caused the loss of all sessions.
      - The node’s restart caused the loss of all sessions.
    (because|since) {person} {somehow} (pushed|ran|deleted|dropped|merged|deployed|restarted|changed|removed|disabled|turned|edited|rebooted|approved|used|wrote|switched|rotated|upgraded)
      + It failed because an engineer changed the rule.
      - It failed because the rule changed.
    (because of|due to|thanks to|owing to|result of) {person} (’s)? (*ing|change|decision|mistake|action|haste|error)
      + All sessions were lost because of Sam’s decision.
      - All sessions were lost because of the pool’s decision.
    {be} {somehow} (to blame|at fault|the culprit)
      + The database team was at fault.
      - The disk’s fault was found.
    {person} {somehow} responsible for (the|this|that)? (outage|incident|loss|delay|failure|downtime|breach|damage|error|mistake|problem)
      + The team was responsible for the outage.
      - The team was responsible for the service.
    (blame|fault|responsibility) {any}? {any}? (lies|rests|falls|is|was) {somehow} (with|on) {person}
      + The blame lies with the vendor’s team.
      - The responsibility for the pager lies with the rota.
    P ’s (fault|doing)
      + It was Sam’s fault.
      - It was the disk’s fault.
    (cause|reason|trigger) (of …)? {be} {person}
      + The immediate cause was an engineer on the primary.
      - The immediate cause was a lock on the primary.
    it {be} {person} (who|that)
      + It was the intern who dropped the table.
      - It was the job that dropped the table.
    {person} who (wrote|deployed|merged|pushed|deleted|dropped|approved|changed|ran)
      + Ask the engineer who merged it.
      - Ask the engineer who can explain it.
    someone {somehow} {past}
      + Instead, someone wrote code that added one to the year.
      - Instead, the code added one to the year.
  `,
})
