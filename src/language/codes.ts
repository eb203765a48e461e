/** How a sentence can blame. */
export const blameCodes = [
  'person_as_cause',
  'should_have',
  'omission',
  'carelessness',
  'human_error',
  'hindsight',
  'sanction',
  'root_cause',
] as const
export type BlameCode = (typeof blameCodes)[number]

/** How far a finding can be relied on: nine of ten that are `sure` are right, of those that are `perhaps` fewer. */
export const findingLevels = ['sure', 'perhaps'] as const
export type FindingLevel = (typeof findingLevels)[number]

/**
 * Why a text could not be judged, so that no finding does not mean that nothing blames: it is in another language than
 * English; it has not three words; or nothing but code, quotations and addresses.
 */
export const unjudgedReasons = ['another_language', 'too_short', 'code'] as const
export type UnjudgedReason = (typeof unjudgedReasons)[number]

/** Where a text can stand. */
export const blameFields = [
  'title',
  'summary',
  'impact',
  'event',
  'factor',
  'counterfactual',
  'action',
  'decision',
  'went_well',
  'went_poorly',
  'got_lucky',
  'section',
  'reframing',
] as const
export type BlameField = (typeof blameFields)[number]

const reasons: Record<BlameCode, string> = {
  person_as_cause: 'It makes a person or a team the cause of what happened.',
  should_have: 'It says what should have been, instead of asking what made the way that was taken sensible.',
  omission: 'It names what a person left undone, not what made it easy to leave undone.',
  carelessness: 'It judges somebody’s care or character, which nothing in the system can be changed about.',
  human_error: 'It ends the search at an error of a person, where the search begins.',
  hindsight: 'It judges by what is known only now.',
  sanction: 'It is about correcting people; nothing in the system becomes different.',
  root_cause: 'It lets one cause, or one party, carry what several conditions made together.',
}

export const whyOf = (code: BlameCode): string => reasons[code]

const clock = /^\W*(?:at |around )?((?:[01]?\d|2[0-3]):[0-5]\d)(?![\d:]| ?[ap]\.?m\b| ?(?:[-–]|to|and) ?\d)/i

/** The question that turns a finding back to the system, at its time of day if the sentence begins with one. */
export function questionOf(code: BlameCode, sentence: string): string {
  const time = clock.exec(sentence)?.[1]
  const when = time === undefined ? 'at the time' : `at ${time}`
  return {
    person_as_cause: `What made that the reasonable thing to do ${when}, and what let it have this effect?`,
    should_have: `What did people see and know ${when}, and what would have made the other way the easy one?`,
    omission: `What drew attention elsewhere ${when}, and what would have shown that something was missing?`,
    carelessness: `What else needed attention ${when}, and where does the system depend on somebody’s care?`,
    human_error: `What made the slip easy ${when}, and what let it reach so far?`,
    hindsight: `What could be seen ${when}, and what made it look right?`,
    sanction: 'What change to the system would make this unnecessary?',
    root_cause: 'What else had to be true for this to happen, and to last as long as it did?',
  }[code]
}
