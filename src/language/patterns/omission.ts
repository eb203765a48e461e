import { patternsOf } from './pattern.ts'

/** What somebody left undone. */
export const omission = patternsOf('omission', {
  sure: `
    {person} {somehow} (forgot|forgets|forgotten)
      + We forgot to restart the service.
      - The script forgot to restart the service.
  `,
  perhaps: `
    {person} {somehow} (failed|neglected|omitted|refused|declined|fails) to
      + We failed to verify that it was running.
      - The probe failed to verify that it was running.
    {person} …… (but|and|then) {somehow} (forgot|failed to|ignored|missed|overlooked|neglected|skipped)
      + An operator ran the tool but forgot the flag.
      - The operator ran the tool but the tool skipped the flag.
    {person} {somehow} (missed|overlooked|ignored|disregarded|skipped|bypassed|dismissed|neglected)
      + We missed the certificates of the other machines.
      - The probe missed the certificates of the other machines.
    {person} {not} {somehow} (check|test|verify|notice|read|follow|tell|inform|notify|escalate|review|update|communicate|look|realise|realize|catch|spot|monitor|document|announce|react|respond|ask|acknowledge|plan|consider|think|validate|renew|rotate|warn|mention|bother|care|watch|pay|take|assign|declare|raise|share|double-check|thoroughly|properly|adequately|disable|adopt|coordinate|prepare|enable|confirm|heed|anticipate)
      + We did not communicate the migration in advance.
      - The job did not communicate the migration in advance.
    {person} {not} {somehow} (checked|tested|verified|noticed|read|followed|told|informed|notified|escalated|reviewed|updated|communicated|looked|realised|realized|caught|spotted|monitored|documented|announced|asked|acknowledged|planned|considered|thought|validated|renewed|rotated|warned|bothered|taken|assigned|declared|raised|adopted|coordinated|prepared|configured|enabled|confirmed)
      + Teams still have not adopted our advice.
      - Tests have not adopted the new form.
    {nobody} {somehow} (checked|tested|verified|noticed|read|followed|told|informed|notified|escalated|reviewed|updated|looked|realised|realized|caught|spotted|monitored|announced|asked|acknowledged|considered|thought|validated|renewed|bothered|attempted|tried|saw)
      + None of us noticed the hole in the review.
      - None of the probes noticed the hole.
    ^ (did not|never|forgot to|failed to|neglected to) {somehow} (check|test|verify|notice|read|follow|tell|inform|notify|escalate|review|update|communicate|realise|realize|monitor|document|announce|acknowledge|consider|validate|renew|disable|declare|raise|ask)
      + Did not disable the pipeline despite the known risk.
      - Did not start on the second node.
    (ignored|missed|overlooked|forgotten|skipped|neglected|disregarded) by {person}
      + The warning was ignored by the team.
      - The warning was ignored by the parser.
    {person} …… without {somehow} (checking|testing|reading|asking|telling|verifying|reviewing|looking|informing|announcing|consulting|warning|waiting|thinking|validating|notifying)
      + She merged it without testing it.
      - The job merged it without testing it.
    (P ’s|our|their|his|her) (failure|inability|refusal|neglect) to
      + The team’s failure to escalate cost an hour.
      - The probe’s failure to connect cost an hour.
    (forgot|neglected) to
      + Apparently forgot to restart it.
      - The relay forgot to restart it.
  `,
})
