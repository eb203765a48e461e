import { patternsOf } from './pattern.ts'

/** The search ends at an error of a person. */
export const humanError = patternsOf('human_error', {
  sure: `
    (human|operator|pilot|manual|typing|clerical|admin|P ’s|P) (error|errors|mistake|mistakes|slip|blunder)
      + The outage was due to human error.
      - The human error budget page was down.
    {person} …… (accidentally|mistakenly|inadvertently|erroneously|unintentionally)
      + An engineer mistakenly wiped the primary.
      - The script mistakenly wiped the primary.
  `,
  perhaps: `
    ({be}|^|,|and|but|to|while troubleshooting) {somehow} (accidentally|mistakenly|inadvertently|unintentionally)
      + The database was accidentally deleted.
      - The job accidentally deleted the database.
    (accidental|mistaken|unintentional|inadvertent|erroneous) (*tion|*ment|*al|*sion|deploy|change|push|merge|commit|restart|shutdown)
      + An accidental execution of the clean-up deleted all nodes.
      - Accidental complexity slowed the clean-up.
    (by mistake|by accident)
      + The update was started by mistake.
      - The update was stopped by the guard.
    {person} {somehow} made (a|an|the|this|one|some|several) {any}? (mistake|mistakes|error|errors|typo|slip)
      + An engineer made a typo in the configuration.
      - The parser made an error out of it.
    {persons} {any}? (mistake|mistakes|error|errors|typo|slip|oversight|misunderstanding|bad)
      + We discovered our mistake.
      - We discovered the error.
    {be} (a|an|our|my) {any}? (mistake|oversight|slip)
      + This was a mistake in setting up the pool.
      - This was a fault in the pool.
    (mistake|mistakes|error|errors|typo|typos|oversight|misunderstanding|misconfiguration) (made)? (by|of|from|within|among|on the part of) {person}
      + There was a misunderstanding within the team.
      - There was an error of the disk.
    {person} {somehow} (incorrectly|wrongly|falsely)
      + We incorrectly assessed it as low impact.
      - The monitor incorrectly reported it as healthy.
    (incorrectly|wrongly|mistakenly|erroneously|falsely) (assuming|believing|thinking|assumed|believed|thought)
      + It began early, wrongly assuming the window was over.
      - It began early, wrongly scheduled by the calendar.
    {person} {somehow} (mistyped|misread|misjudged|misconfigured|misunderstood|mistook|misinterpreted|confused|mixed up|miscounted)
      + The operator misread the gauge.
      - The exporter misread the gauge.
    {person} …… (the|a) wrong (*|one)
      + She deployed it to the wrong cluster.
      - The job deployed it to the wrong cluster.
    (fat-finger*|fat finger*|mis-typed|mistyped)
      + A fat-fingered flag took it down.
      - A finger daemon took it down.
  `,
})
