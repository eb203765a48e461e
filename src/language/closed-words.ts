import type { Tag } from './tokens.ts'

/** The small words of English, by what they do in a sentence. */
export const words = (list: string): Set<string> => new Set(list.trim().split(/\s+/))

const classes: [Tag, string][] = [
  [
    'det',
    'the a an this that these those each every some any no another both all either neither such what’s',
  ],
  ['poss', "my your his her its our their whose 's"],
  [
    'pron',
    `i we you he she they it me us him them someone somebody anyone anybody everyone everybody nobody none one
     something anything everything nothing y'all myself himself herself themselves ourselves itself yourself`,
  ],
  ['neg', "not n't never cannot nor hardly scarcely"],
  ['modal', "can could will would shall should may might must ought wo ca sha 'll shouldve shoulda"],
  ['be', "be is are was were been being am 're 'm ain"],
  ['have', "have has had having 've 'd"],
  ['do', 'do does did'],
  ['to', 'to'],
  [
    'prep',
    `of in on at by for from with without within into onto over under between among through during against about
     above below across along behind beside beyond despite except inside near off outside per since towards toward
     until till up upon via than as like after before down out around amid regarding due unlike instead
     throughout besides`,
  ],
  ['conj', 'and or but so yet then & / plus'],
  [
    'sub',
    'because if when while although though whether unless once who whom which what where why how that whereas lest whenever whatever whoever',
  ],
  [
    'adv',
    `just simply really only also even still already again soon later then there here now simply clearly obviously
     plainly evidently apparently presumably surely certainly definitely absolutely actually basically frankly
     honestly sadly unfortunately regrettably always often sometimes usually rarely seldom ever once twice quite
     rather very too almost nearly perhaps maybe probably possibly however therefore thus hence instead meanwhile
     anyway otherwise altogether together alone ago earlier afterwards beforehand straight twice well better more
     most less least far further long ahead back away please all both each themselves himself herself
     today yesterday tomorrow tonight overnight first next last inadvertently mistakenly`,
  ],
]

export const closedTags = new Map<string, Tag>()
for (const [tag, list] of classes)
  for (const word of words(list)) if (!closedTags.has(word)) closedTags.set(word, tag)

/** Adjectives that stand alone often enough to be known; others are known by their endings. */
export const adjectives = words(`
  good bad wrong right new old big small large high low fast slow late early full empty whole single main only own same
  other different next last first second third final previous current recent several many few much more most less
  junior senior asleep able available responsible accountable liable aware careful careless clear obvious evident plain sure simple easy
  hard difficult possible impossible likely unlikely safe unsafe ready busy tired sloppy lazy hasty reckless negligent
  competent incompetent experienced inexperienced diligent vigilant attentive inattentive complacent distracted rushed
  broken stale faulty buggy risky live internal external manual automatic human
  technical operational critical major minor serious severe unsure unclear proper correct incorrect improper
  insufficient inadequate poor weak strong short long deep true false real sole root underlying ultimate outside
  foolish stupid dumb silly clumsy cavalier unprofessional irresponsible unaware mindful sharp
  partial total general common usual normal open closed public private default two three four five six seven eight
  nine ten eleven twelve`)

export const timeNouns = words(`
  monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
  october november december day days week weeks month months year years hour hours minute minutes second seconds
  morning afternoon evening night today yesterday tomorrow time weekend quarter sprint utc am pm cet est pst gmt once`)

export const months = words(
  'january february march april may june july august september october november december',
)
