import { patternsOf } from './pattern.ts'

/** Judged by what is known only now. */
export const hindsight = patternsOf({
  perhaps: `
    (in|with) (the benefit of)? (hindsight|retrospect) (,)? (it|this|that|we|P|the|there|our|a|these|was|is)
      + In hindsight, the change was a risk.
      - In hindsight bias, causes look simple.
    (was|were|been|seems|an) {somehow} (obvious|predictable|foreseeable|self-evident|inevitable|preventable|avoidable)
      + It was obvious that the disk would fill.
      - The obvious place to look was the disk.
    {person} {somehow} (should|ought to|could|must) (have|of) {somehow} (known|seen|foreseen|realised|realized|expected|anticipated|predicted|guessed)
      + We should have anticipated the load.
      - The scaler should have anticipated the load.
    (should|could) {somehow} have {somehow} been {somehow} (avoided|prevented|foreseen|predicted|anticipated)
      + The outage could easily have been prevented.
      - A retry prevented the outage.
    (knew|known|know) (full well|perfectly well|better) (than|that)?
      + They knew better than to merge on a Friday.
      - The queue is known well after the talk.
    (common sense|matter of time|accident waiting|disaster waiting|hard to miss|signs were there|writing was on)
      + It was an accident waiting to happen.
      - The job was waiting for an accident report.
  `,
})
