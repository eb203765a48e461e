import { patternsOf } from './pattern.ts'

/** Somebody's care or character is judged. */
export const carelessness = patternsOf({
  sure: '',
  perhaps: `
    (careless|carelessly|carelessness|sloppiness|negligent|negligence|negligently|recklessly|recklessness|hastily|laziness|complacent|complacency|inattentive|inattention|thoughtless|thoughtlessly|irresponsible|irresponsibly|incompetent|incompetence|unprofessional|amateurish|cavalier|overconfident|overconfidence|overconfidently|hurriedly|misguided|idiot|idiots|dropped the ball|foolish|foolishly|stupidity|mindlessly|slapdash)
      + It was a careless change.
      - It was a cached change.
    (sloppy|hasty|reckless|lazy|shoddy|clumsy|rash) (*ly)? (change|work|review|deploy|deployment|decision|fix|code|coding|testing|process|handling|engineering|config|configuration|P|habit)
      + It was a sloppy review.
      - It was a sloppy phrase match.
    (in an act of|out of) (laziness|haste|carelessness|panic|convenience)
      + I used my own token out of convenience.
      - The pool ran out of connections.
    {person} {be}? {somehow} (rushed|distracted|asleep|panicked|winged|cut corners|inexperienced|exhausted|in a hurry|in a rush|under-trained|untrained|lazy|sloppy|overwhelmed)
      + The engineer was distracted by a call.
      - The queue was distracted by a burst.
    {be} {somehow} (rushed|hurried) (to|into|through|out|in|.)
      + The tool was rushed to production.
      - The tool was moved to production.
    (into production|to production|live|released|deployed|launched|merged|rolled out|shipped|declared …) (too early|too soon|prematurely)
      + The product was put into production prematurely.
      - The connection was closed prematurely.
    (lack|absence) of (care|diligence|attention|discipline|thought|rigour|rigor|professionalism|judgement|judgment|ownership|responsibility|vigilance|communication between P)
      + There was a lack of care in the review.
      - There was a lack of space on the disk.
    ((cut|cuts|cutting) corners|corners {be} cut)
      + We were cutting corners in the review.
      - The mask rounds the corners of the image.
    (poor|bad) (judgement|judgment|decision|decisions|discipline|workmanship|planning)
      + It was poor judgement to merge it.
      - It was poor latency at the edge.
    without (due|proper|much|enough|any|sufficient) (care|diligence|thought|consideration|thinking|planning)
      + It was deployed without much thought.
      - It was deployed without any canary.
    not {somehow} (paying|paid|pay) (any|enough|close)? attention
      + The engineer was not paying attention.
      - The engineer was not paying the bill.
    attention to detail
      + The review lacked attention to detail.
      - The page shows the detail.
  `,
})
