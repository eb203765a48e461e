/** What frees a sentence of blame where it stands just before, in the same clause: “nobody”, “rather than asking who”. */
const before =
  /(?: |^)(?:not|no|never|nothing|fix for|without|rather than|instead of|nor|neither|cannot|unclear|unknown|unfair|hardly|far from|free of|avoid|avoids|avoided|avoiding|prevent|prevents|prevented|preventing|reduce|reduces|reduced|reducing|than ask|than asking|ask|asked|asking|saying|say that|wrong to|easy to|telling|looking for|calling|called|whether|if|unless|in case|so that|lest|against|risk of|chance of|N) (?:[\p{L}\d’-]+ ){0,4}$|(?: |^)even $/u
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
