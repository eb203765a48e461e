import { patternsOf } from './pattern.ts'

/** What somebody left undone. */
export const omission = patternsOf({
  sure: `
    {person} {somehow} (forgot|forgets|forgotten|(failed|neglected|omitted|refused|declined|fails|failing) to|failed (our|you|them|P|multiple|.)|{not} !(been) {somehow} (bother to|think to)? ({attend}|{attended})) !(nothing|access|yet|any further)
      + We forgot to restart the service.
      - The script forgot to restart the service.
  `,
  perhaps: `
    {person} {be} {somehow} (too)? slow (to|in)
      + We were too slow to escalate.
      - The pool was too slow to drain.
    ^ (did|had|have) (not|never) {somehow} ({attend}|{attended}|disable|disabled)
      + Did not disable the pipeline despite the known risk.
      - Do not disable the pipeline before the release.
    {person} …… (but|and|then) {somehow} (forgot|failed to|ignored|missed|overlooked|neglected|skipped|omitted|underestimated|did not {somehow} {attend})
      + An operator ran the tool but forgot the flag.
      - The tool ran for an hour but forgot the flag.
    {person} {somehow} (missed|overlooked|ignored|disregarded|skipped|bypassed|violated|deviated from|circumvented|dismissed|neglected|omitted|misplaced) !(our|its|their|the target|ahead|to)
      + We missed the certificates of the other machines.
      - We missed our target of the quarter.
    not (been)? {somehow} ({attended}|picked up) {any}? by {person}
      + It ran a change that had not been identified by the team.
      - It ran a change that had not been identified by the linter.
    {nobody} {somehow} ({attended}|tried|saw|remembered|took the|took care) !(because|by|as)
      + None of us noticed the hole in the review.
      - None of the probes noticed the hole.
    (ignored|missed|overlooked|forgotten|skipped|neglected|disregarded|unnoticed) by {person}
      + The warning was ignored by the team.
      - The warning was ignored by the parser.
    {person} {somehow} {past} …… without {somehow} (first|even)? {attending}
      + She merged it without testing it.
      - The job merged it without testing it.
    {be} {somehow} (deployed|released|merged|pushed|rolled out|put into production|shipped|changed|approved|applied|launched) … without (being|proper|any|sufficient|adequate|enough)? {any}? ({attended}|{attending}|approval|verification|communication|notification)
      + The change was deployed without being tested.
      - The change was deployed without a restart.
    (P ’s|our|my|their|his|her) {any}? (failure|failures|refusal|neglect) !(rate|rates|mode|modes)
      + The team’s failure to escalate cost an hour.
      - The probe’s failure to connect cost an hour.
    failure to (properly|adequately|thoroughly|fully|promptly)? {attend}
      + The failure to test the restore cost an hour.
      - The failure to connect to the primary cost an hour.
    (failed|failing|fails|neglected) to {somehow} (follow|communicate|conduct|escalate|inform|consider|review|document|coordinate|prepare|plan|consult|disclose|anticipate|realise|realize|recognise|recognize|appreciate|understand|implement|adopt|rotate)
      + The provider failed to follow its own policy.
      - The provider failed to start on its own.
    (^|apparently|and|but|,) {somehow} forgot to
      + Apparently forgot to restart it.
      - The relay forgot to restart it.
    {person} {somehow} {not} {somehow} (enable|enabled|take|have taken|taken|act|acted|intervene|do enough|done enough|keep|kept|prioritise|prioritize|prioritised|prioritized|treat|treated)
      + We had not taken a copy in time.
      - We had not had a quiet night in months.
    ((this|it|that|which|step|change|warning|warnings|alerts|message|requirement) {be} {somehow} (missed|overlooked|forgotten|ignored) !(by the|by a)|{be} {somehow} (underestimated|misjudged|overlooked)|(process|procedure|procedures|policy|runbook|checklist|protocol|steps) {be} not {somehow} (followed|performed|done))
      + Changes are tested, but this was somehow missed.
      - The heartbeat was missed.
  `,
})
