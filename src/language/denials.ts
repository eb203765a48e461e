/** What frees a sentence of blame where it stands in the same clause, up to four words before it. */
const frees = [
  'not|no|never|nothing|nor|neither|cannot|hardly|without|N',
  'rather than|instead of|far from|free of|unlike|against',
  'unclear|unknown|unfair|(?:wrong|easy|hard|harder|difficult|impossible|possible|resilient|robust|resistant) to',
  'such as|recover(?:s|ed|ing)? from|avoid(?:s|ed|ing)?|prevent(?:s|ed|ing)?|reduc(?:e|es|ed|ing)|risk of|chance of|fix for',
  'ask(?:ed|ing)?|saying|say that|telling|calling|called|looking for|learn(?:ed|ing)? from',
  'whether|if|unless|in case|so that|lest',
].join('|')
const before = new RegExp(`(?<![^ ])(?:(?:${frees}) (?:[\\p{L}\\d’-]+ ){0,4}|even )$`, 'u')
/** What frees it where it follows at once: “was not the cause”, “is unknown”. */
const after =
  /^(?:was|were|is|are|has|have|had|can|could|may|might|did|does|remains?) (?:still |yet |currently |also )?(?:not|never|no|unknown|unclear|nothing|hardly|being|to be|under)(?: |$)/
/** What was left undone for a reason that follows is explained, and blames nobody. */
const reason = /^(?:[^ .;]+ ){0,12}?(?:because|since|as (?:the|there|it|that|no)|so as|which the|: the) /
const clauseEnd = /[.;:,()–—] |(?: |^)(?:because|but|so|while|although|though|since|after|before|and) /

/**
 * Whether the sentence denies what was found in it.
 * @param line the sentence as the patterns see it
 * @param from where it was found, as offsets of the line
 */
export function isDenied(line: string, from: number, to: number): boolean {
  const clause = line.slice(0, from).split(clauseEnd).at(-1)!
  return before.test(clause) || after.test(line.slice(to))
}

/** Whether a reason follows what was found: the question that it would get is answered. */
export const isExplained = (line: string, to: number): boolean => reason.test(line.slice(to))
