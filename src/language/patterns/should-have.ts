import { patternsOf } from './pattern.ts'

/** People are held to what nobody did. */
export const shouldHave = patternsOf({
  sure: `
    {person} {somehow} (should|ought to|ought) (not|never|also|really|at least|just|instead|probably)? {somehow} (have|of|to have) !(a|an|the|some|something|more|less|no|any|better|this|that|these|our|been able|access|at|one|two|to)
      + So we should have checked the merged commits as well.
      - So we should have a check of the merged commits as well.
    should (not|never|also|really|at least|probably)? have (also|instead|not|never)? been (*ly|better|more|also|done)? ({attended}|performed|caught|done|tried|rushed|merged|approved|deployed|handled|taken|made|rolled|paged|treated|given|enabled|disabled|removed|set|run|allowed|escalated|prioritised|prioritized|discussed|involved|tested)
      + This should have been caught in review.
      - The request should have been routed to the replica.
  `,
  perhaps: `
    it {somehow} (should|ought) not (to)? have (been)?
      + The change was approved when it should not have been.
      - The change was approved when it should be.
    {person} {somehow} could (at least|easily|well|just|simply|also|and should)? (have|of) (*ly|also)? ({attended}|done|caught|acted|prevented|avoided)
      + The team could have escalated sooner.
      - The page could have escalated sooner.
    (if (only)? {person} (had|’d)|^ had {person}) (only|just)? !(not|never|no|had|been paged|been able|been told|been given|been warned|been trained|been asked|been informed|been monitoring|access|known|a|an|the|any|enough|read access) {any}
      + If we had deployed it when it was merged, we would have seen it.
      - If we had had a canary when it was merged, we would have seen it.
    {person} {be} {somehow} (supposed|meant|expected|obliged) to
      + The on-call engineer was supposed to check it.
      - The job was supposed to check it.
    why (did|had|was|were|has|have|could) (not)? ({person}|{nobody})
      + Why did the team not roll it back?
      - Why did the job not roll it back?
    {persons} (job|duty|responsibility) (it)? {be}? to
      + It was Sam’s job to check it.
      - It was the job’s turn to check it.
    (up to|fell to|incumbent on|better for|wiser for) {person} to
      + It was up to the release manager to stop it.
      - It was up to date when it stopped.
    (hard to understand why|hard to see why|inexplicable|inexplicably|no excuse for) (*)
      + It is hard to understand why the team waited.
      - It is easy to understand how the queue waited.
  `,
})
