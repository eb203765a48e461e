import { patternsOf } from './pattern.ts'

/** People are held to what nobody did. */
export const shouldHave = patternsOf('should_have', {
  sure: `
    {person} {somehow} (should|ought to) (not|never|also|really|at least|just)? {somehow} (have|of)
      + So we should have checked the merged commits as well.
      - So the cache should have checked the merged commits as well.
  `,
  perhaps: `
    should (not|never|also|really|at least|probably)? have been (*ly|better|more)? (performed|addressed|caught|tested|reviewed|checked|noticed|tried|verified|escalated|communicated|announced|rushed|merged|approved|deployed|foreseen|handled|done|taken|avoided|monitored|documented|considered|identified|spotted|made|raised|acknowledged|paged|informed|notified|planned|rolled|removed|disabled|enabled|configured|updated|set|added|treated|run|allowed|left|given|used)
      + This should have been caught in review.
      - The request should have been routed to the replica.
    (when|if|although|though|but|and|where)? it {somehow} (should|ought) not (to)? have
      + It was approved when it should not have been.
      - It was approved when it should be.
    {person} {somehow} could (at least|easily|well|just|simply|also)? (have|of)
      + The team could have paged the database owners sooner.
      - The page could have reached the database owners sooner.
    (if|had) (only)? {person} (had)? (only|not|never|just)? {past}
      + If we had deployed it when it was merged, we would have seen it.
      - If the flag had defaulted to off, we would have seen it.
    {person} {be} (supposed|meant|expected|obliged|required) to
      + The on-call engineer was supposed to check it.
      - The job was supposed to check it.
    why (did|had|was|were|has|have|could) (not)? ({person}|{nobody})
      + Why did the team not roll it back?
      - Why did the job not roll it back?
    {persons} (job|duty|responsibility) to
      + It was Sam’s job to check it.
      - It was the job’s turn to check it.
  `,
})
