/** Verbs of seeing to something; blame says that nobody did it. */
const attending =
  `check test notice review read follow tell inform notify escalate update communicate look realize realise catch
  spot monitor document announce react respond ask acknowledge plan consider validate verify renew rotate warn mention
  bother watch wait assign declare raise share double-check coordinate prepare confirm heed attempt investigate inspect consult
  adopt identify assess address discuss retest mark`.split(/\s+/)
const pasts: Record<string, string> = {
  read: 'read',
  tell: 'told',
  catch: 'caught',
  spot: 'spotted',
  plan: 'planned',
}
const ings: Record<string, string> = { spot: 'spotting', plan: 'planning' }
const pastOf = (verb: string) => pasts[verb] ?? `${verb.replace(/([^aeo])y$/, '$1i').replace(/e$/, '')}ed`
const ingOf = (verb: string) => ings[verb] ?? `${verb.replace(/([^e])e$/, '$1')}ing`
const oneOf = (words: readonly string[]) => `(?:(?:${words.join('|')}) )`

/** What a sentence begins with, as the patterns see it; no text has it. */
export const beginning = '^^'

/** What stands for more than one word in a pattern. In a sentence as the patterns see it, a space follows each word. */
export const classes: Record<string, string> = {
  /** People, perhaps with a clause about them: “an engineer, who was new,”. */
  person:
    '(?:P (?:, (?:who|the) (?:[^ ,]+ ){1,8}, |who (?:[^ ,]+ ){0,4}?|\\( (?:[^ ()]+ ){1,8}\\) |[–—-] (?:[^ –—]+ ){1,8}[–—-] |on (?:call|duty) (?:[^ ,]+ ){0,2}?|themselves |(?:of|from|at|in) (?:[^ .,;:()]+ ){1,4}?)?)',
  persons: '(?:P ’s |our |my |his |her |their )',
  nobody: '(?:(?:N |not one of P )(?:(?:in|on|from|at) (?:P |(?:the|our|this) [^ ]+ ))?)',
  /** Up to four words that only shade a verb. */
  somehow:
    '(?:(?:[a-z]+ly|also|then|just|again|still|even|once|ever|too|so|all|both|had|has|have|’d|must|at first|at last|at least|indeed|somehow) ){0,4}',
  not: '(?:(?:(?:did|had|has|have) )?(?:not |never ))',
  /** Of what, in up to twelve words without a verb. */
  of: '(?:(?:of|for|behind) (?:(?!(?:was|were|is|are|being|been|has|had|have) )[^ .,;:()?!]+ ){1,12})',
  be: '(?:(?:had |has |have |will |to )?(?:was|were|is|are|be|been|being|got|gets|get) )',
  /** What is said of people alone. */
  unmeant:
    '(?:(?:accidentally|accidently|mistakenly|mistakingly|inadvertently|erroneously|unintentionally|unknowingly|unwittingly) )',
  attend: oneOf(attending),
  attended: oneOf(attending.map(pastOf)),
  attending: oneOf(attending.map(ingOf)),
  past: '(?:(?:[a-z-]+ed|[a-z]+(?:ght|ken|wn|ten|ven|den)|run|ran|made|put|set|sent|left|let|done|shut|cut|given|lost|been) )',
  any: '(?:[^ .,;:()?!]+ )',
  /** Up to eight words of the same clause. */
  '…': '(?:[^ .,;:()?!–—]+ ){0,8}?',
  /** Up to sixteen words of the same sentence, and of the same subject. */
  '……': '(?:(?!(?:because|that|which|when|while|whether|if|since|where|as) )[^ .;:?!]+ ){0,16}?',
  '^': '(?:\\^\\^ )',
}
