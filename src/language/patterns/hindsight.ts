import { patternsOf } from './pattern.ts'

/** Judged by what is known only now. */
export const hindsight = patternsOf('hindsight', {
  sure: '',
  perhaps: `
    (in|with) (the)? (benefit of)? (hindsight|retrospect)
      + In hindsight, the change was a risk.
      - The retrospect tool lists the changes.
    {be} {somehow} (obvious|evident|predictable|foreseeable|self-evident|plain) (to|that|from|what|in)
      + It was obvious that the disk would fill.
      - The obvious place to look was the disk.
    {person} {somehow} (should|ought to|could|must) (have|of) {somehow} (known|seen|foreseen|realised|realized|expected|anticipated|predicted|guessed)
      + We should have anticipated the load.
      - The scaler should have anticipated the load.
    (knew|known|knows|know) (full well|perfectly well|better)
      + They knew better than to merge on a Friday.
      - They knew the queue better after the talk.
    (should|could|would) (easily|well|also)? have been (easily)? (avoided|prevented|foreseen|predicted|anticipated)
      + The outage could easily have been prevented.
      - A retry prevented the outage.
    any … {person} (would|could|should) (have)?
      + Any competent engineer would have spotted it.
      - Any engineer can read it.
    (common sense|matter of time|waiting to happen|hard to miss|signs were there|should have been obvious)
      + It was an accident waiting to happen.
      - The job was waiting to start.
  `,
})
