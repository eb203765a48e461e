import { patternsOf } from './pattern.ts'

/** The search ends at an error of a person. */
export const humanError = patternsOf({
  sure: `
    (human|P ’s|P|my|pilot|manual|manual {any}|clerical|due to user|to user|by user) (error|errors|mistake|mistakes|slip|blunder|failure|factor) !(rate|rates|budget|code|codes|message|messages|page|handling)
      + The outage was due to human error.
      - The operator error rate was flat.
    {person} …… {unmeant}
      + An engineer mistakenly wiped the primary.
      - The script mistakenly wiped the primary.
    (incorrectly|wrongly|mistakenly|erroneously|falsely) (assum*|believ*|thought|thinking|assess*|conclud*)
      + It began early, wrongly assuming the window was over.
      - It began early, wrongly scheduled by the calendar.
  `,
  perhaps: `
    (({be}|^|,|and|but|then|while *ing) {somehow} (accidentally|accidently|mistakenly|mistakingly)|{be} {somehow} inadvertently) ({past}|*s the)
      + The database was accidentally deleted.
      - The job accidentally deleted the database.
    ({person} {be} {somehow} (wrong|mistaken) !(the|by|about the)|(wrong|bad|poor) (call|decision|choice|idea|judgement|judgment))
      + We were wrong.
      - The graph was wrong.
    (accidental|mistaken|unintentional|inadvertent|erroneous) (*tion|*ting|*ning|*ging|*ment|*al|*sion|deploy|change|push|merge|commit|restart|shutdown|running|pushing) (of|to|by|in|during|that|where|which|deleted|was|led|caused)
      + An accidental execution of the clean-up deleted all nodes.
      - The check found an accidental duplication between two queues.
    (by mistake|by accident|(sent|send|deleted|removed|deployed|merged|disabled|closed|issued|published) {any}? {any}? {any}? in error)
      + The update was started by mistake.
      - The update was stopped by the guard.
    ({person} {be}? {somehow} (made|make|makes|making) (a|an|the|this|one|some|several|two)? {any}? {any}? (mistake|mistakes|error|errors|typo|slip|oversight|oversights|misstep|missteps)|(mistake|mistakes|oversight) {be} {somehow} made)
      + An engineer made a typo in the configuration.
      - The parser made an error out of it.
    ({persons} {any}?|our) (mistake|mistakes|typo|slip|oversight|misunderstanding|bad) !(rate|budget)
      + We discovered our mistake that caused this.
      - We discovered our faulty disk that caused this.
    (({be} {somehow}|due to|because of|through|by|^) (a|an|our|my|simple|this) (human|{any} ,)? {any}? (mistake|mistakes|oversight|slip|typo|misunderstanding|miscommunication)|(due to|because of|caused by) (miscommunication|misunderstandings|mistakes))
      + This was a mistake in setting up the pool.
      - This was a fault in setting up the pool.
    (mistake|mistakes|error|errors|typo|oversight|misunderstanding|misconfiguration|slip) (made|introduced)? (by|of|from|within|among|between|on the part of) {person}
      + There was a misunderstanding within the team.
      - There was an error of the disk.
    {person} {somehow} (incorrectly|wrongly|falsely|goofed|slipped up|got (it|this|that|things) wrong|mistyped|misread|misjudged|misconfigured|misunderstood|mistook|mismarked|misinterpreted|misdiagnosed|miscalculated|miscommunicated|confused|mixed up|miscounted|underestimated|overestimated) !(nothing)
      + The operator misread the gauge.
      - The exporter misread the gauge.
    {person} {somehow} (ran|used|deployed|pushed|deleted|restarted|selected|chose|picked|clicked|pressed|edited|applied|entered|pasted|typed|executed|dropped|removed|merged|sent|connected|logged|pointed|took) {any}? {any}? {any}? {any}? (the|a|an|one) (wrong|incorrect)
      + She deployed it to the wrong cluster.
      - The job deployed it to the wrong cluster.
    ((the|a) wrong {any} {any}? {be} {somehow} (pressed|clicked|selected|chosen|picked|typed|entered|pasted|unplugged|pulled|loaded|applied|installed)|{be} (entered|typed|carried out|issued) {somehow} (incorrectly|wrongly))
      + The wrong button was pressed.
      - The wrong page was cached.
    (fat-finger*|fat finger*|finger trouble|user error : )
      + A fat-fingered flag took it down.
      - A finger daemon took it down.
  `,
})
