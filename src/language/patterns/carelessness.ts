import { patternsOf } from './pattern.ts'

/** Somebody's care or character is judged. */
export const carelessness = patternsOf({
  perhaps: `
    (careless|carelessly|carelessness|sloppiness|negligent|negligence|negligently|recklessly|recklessness|hastily|laziness|complacent|complacency|inattentive|inattention|thoughtless|thoughtlessly|irresponsible|irresponsibly|incompetent|incompetence|unprofessional|amateurish|cavalier|overconfident|overconfidence|overconfidently|hurriedly|misguided|idiot|idiots|dropped the ball|foolish|foolishly|stupidity|mindlessly|slapdash|sloppily|(sloppy|hasty|reckless) {any}? (review|change|work|deploy|deployment|decision|code|fix))
      + It was a careless change.
      - It was a cached change.
    (in an act of|out of) (laziness|haste|carelessness|panic|convenience)
      + I used my own token out of convenience.
      - The pool ran out of connections.
    ({person} {somehow} (rushed|panicked|winged it|cut corners)|{be} {somehow} rushed|{person} {be} {somehow} (distracted|inexperienced|exhausted|in a hurry|in a rush|under-trained|untrained|lazy|sloppy|overwhelmed|unprepared|naive|not {somehow} prepared|too confident|over-confident|too optimistic))
      + The engineer was distracted by a call.
      - The queue was distracted by a burst.
    (into production|to production|live|released|deployed|launched|merged|rolled out|shipped) (too early|too soon|prematurely)
      + The product was put into production prematurely.
      - The connection was closed prematurely.
    ((lack|absence) of|poor) (care|diligence|attention|discipline|thought|rigour|rigor|professionalism|judgement|judgment|ownership|responsibility|vigilance|supervision|double-checking|preparation|due diligence)
      + There was a lack of care in the review.
      - There was a lack of space on the disk.
    ((cut|cuts|cutting) corners|corners {be} cut)
      + We were cutting corners in the review.
      - The mask rounds the corners of the image.
    ((without|not doing|not do|did not do) (due|proper|much|enough|any|sufficient|the)? (care|diligence|due diligence|thought|consideration|thinking|planning)|in a (rush|hurry))
      + It was deployed without much thought.
      - It was deployed without any canary.
    (not {somehow} (paying|paid|pay) (any|enough|close)?|inadequate|insufficient) attention
      + The engineer was not paying attention.
      - The engineer was not paying the bill.
  `,
})
