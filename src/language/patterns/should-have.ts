import { patternsOf } from './pattern.ts'

/** People are held to what nobody did. */
export const shouldHave = patternsOf({
  sure: `
    ({person} {somehow} (should|ought to|ought) (not|never|also|really|at least|just|instead|probably)? {somehow} (have|of|to have) !(a|an|the|some|something|more|less|no|any|better|this|that|these|our|been (able|paged|told|shown|given|warned|informed|asked|notified)|access|at|one|two|to|received|had)|(it|which|this|that|error|change) {somehow} (should|ought) not (to)? have (been|happened))
      + So we should have checked the merged commits as well.
      - So we should have a check of the merged commits as well.
    should (not|never|also|really|at least|probably)? have (also|instead|not|never)? been (*ly|better|more|also|done)? ({attended}|performed|caught|done|tried|rushed|merged|approved|deployed|handled|taken|made|rolled|paged|treated|given|disabled|removed|allowed|escalated|prioritised|prioritized|discussed|involved|tested) (by {person}|!(by|automatically))
      + This should have been caught in review.
      - The request should have been routed to the replica.
  `,
  perhaps: `
    {person} {somehow} could (at least|easily|well|just|simply|also|and should)? (have|of) (*ly|also)? ({attended}|done|caught|acted|prevented|avoided)
      + The team could have escalated sooner.
      - The page could have escalated sooner.
    (if (only)? {person} (had|’d)|^ had {person}) (only|just)? !(not|never|no|had|been paged|been able|been told|been given|been warned|been trained|been asked|been informed|been monitoring|access|known|a|an|the|any|enough|read access) {any}
      + If we had deployed it when it was merged, we would have seen it.
      - If we had had a canary when it was merged, we would have seen it.
    {person} {be} {somehow} (supposed|meant|expected|obliged) to
      + The on-call engineer was supposed to check it.
      - The job was supposed to check it.
  `,
})
