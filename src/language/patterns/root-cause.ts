import { patternsOf } from './pattern.ts'

/** One cause is claimed as the cause. */
export const rootCause = patternsOf({
  sure: `
    root (cause|causes) {of}? {somehow} (was|were|is|are|included|lay|lies|turned out|proved|stemmed|being) {somehow} !(not|unknown|unclear|still|yet|being|to be|never|under|found|known|fixed|two-fold|twofold|undetermined|uncertain|suspected|different|multiple|several|both|related|identified .|identified and|identified ,|identified by|determined .|discovered|addressed|resolved)
      + The root cause was a regular expression.
      - The root cause was found at noon.
  `,
  perhaps: `
    (root cause (as|to be) (a|an|the|our)|(was|is|were|are|as|be|been|being|to be) {somehow} (the|our) (root-cause|(root|sole|only|single|true|real|ultimate|one) (cause|culprit)) (of|for|behind|.))
      + It was identified as the root cause of the regression.
      - They looked for the root cause of the regression.
    (the|to) (one|only|sole|single|a single|one single|real|true) (cause|reason|culprit) !(we|that we|P|it)
      + The one cause of the outage was a full disk.
      - The one disk of the outage was full.
    (boils|boiled|comes|came|traced|goes) … to (a|one|the)? (single|one|simple|sole)
      + It all boils down to one thing.
      - It all boils down to what we measure.
    ^ (root cause|root causes|cause) (:|–|-|—) {any} {any}
      + Root cause: an expired certificate.
      - Root cause analysis: tomorrow.
    (the|a|real|true|actual) culprit (was|is|turned out|here)
      + The real culprit was the cache.
      - It is suspected to be the culprit.
  `,
})
