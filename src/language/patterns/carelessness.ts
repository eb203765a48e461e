import { patternsOf } from './pattern.ts'

/** Somebody's care or character is judged. */
export const carelessness = patternsOf('carelessness', {
  sure: '',
  perhaps: `
    (careless|carelessly|carelessness|sloppy|sloppily|sloppiness|negligent|negligence|negligently|reckless|recklessly|recklessness|hasty|hastily|lazily|laziness|complacent|complacency|inattentive|inattention|inattentiveness|thoughtless|thoughtlessly|irresponsible|incompetent|incompetence|unprofessional|amateurish|cavalier|overconfident|overconfidence|foolish|stupid|clumsy|shoddy|mindlessly|blindly|rash|rashly)
      + It was a careless change.
      - It was a cached change.
    (in an act of|out of) (laziness|haste|carelessness|panic|habit|convenience)
      + I used my own token out of convenience.
      - The pool ran out of connections.
    {person} {somehow} (rushed|distracted|asleep|guessed|panicked|careless|winged|cut corners|not paying|inexperienced|tired|exhausted|overwhelmed|in a hurry|in a rush)
      + The engineer was distracted by a call.
      - The queue was rushed by a burst.
    {be} {somehow} (rushed|hurried|hastily) (to|into|through|out|in)?
      + The tool was rushed to production.
      - The tool was moved to production.
    {past} {any}? (into production|to production|live)? prematurely
      + The product was put into production prematurely.
      - The connection was closed prematurely.
    (lack|absence) of (care|diligence|attention|discipline|thought|rigour|rigor|professionalism|judgement|judgment|ownership|responsibility|vigilance)
      + There was a lack of care in the review.
      - There was a lack of space on the disk.
    (cut|cuts|cutting) corners
      + Corners were cut, and cutting corners costs time.
      - The mask cuts the corners of the image.
    (poor|bad) (judgement|judgment|decision|decisions|discipline|workmanship)
      + It was poor judgement to merge it.
      - It was poor latency at the edge.
    (without|due|proper) (due|proper|much|enough|any|sufficient)? (care|diligence|thought|consideration|thinking)
      + It was deployed without much thought.
      - It was deployed without a canary.
    {not} (paying|paid|pay) (any|enough|close)? attention
      + Nobody was there, and she was not paying attention.
      - The pager was not paying for attention.
    attention to detail
      + The review lacked attention to detail.
      - The page shows the detail.
  `,
})
