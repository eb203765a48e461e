import { patternsOf } from './pattern.ts'

/** One cause is claimed as the cause. */
export const rootCause = patternsOf('root_cause', {
  sure: `
    (root|underlying|ultimate|primary|main|actual|real) (cause|causes) (of …|for …|behind …)? (was|were|is|are|included|lay|lies) (identified|found|determined|traced|traceable)? (as|to be|in|to|that|a|an|the|our|due|because|Q|not)?
      + The root cause was a regular expression.
      - The root cause is not known.
  `,
  perhaps: `
    root-cause (of …|for …)? (was|were|is|are)
      + The root-cause was a regular expression.
      - The root-cause analysis was short.
    (was|is|were|are|as|be|been|it) {somehow} (the|a|our) (root|sole|only|one|single|true|real|actual|ultimate) (cause|reason|culprit) (of|for|was|why|behind)
      + The author identified it as the root cause of the regression.
      - The author looked for the root cause of the regression.
    (root-cause|root-causes) of
      + They found it as the root-cause of it.
      - They began a root-cause hunt.
    the (one|only|sole|single) (cause|reason|culprit)
      + The one cause of the outage was a full disk.
      - The one disk of the outage was full.
    (boils|boiled|comes|came|traced|goes) (all|back)? (down)? to (a|one|the) (single|one|simple)
      + It all boils down to one thing.
      - It all boils down to what we measure.
    (root cause|root causes) (: )
      + Root cause: an expired certificate.
      - Root cause analysis: tomorrow.
    (the|a|real|true|actual) culprit
      + The real culprit was the cache.
      - The culprits page was slow.
  `,
})
