import { closedTags, words } from './closed-words.ts'
import type { Token } from './tokens.ts'

/** Verbs: the irregular ones by list, the others by their endings. */

const irregular = `
  be was been | become became become | begin began begun | bend bent bent | bet bet bet | bind bound bound | bite bit bitten |
  blow blew blown | break broke broken | bring brought brought | build built built | burn burnt burnt | buy bought bought |
  catch caught caught | choose chose chosen | come came come | cost cost cost | cut cut cut | deal dealt dealt | dig dug dug |
  do did done | draw drew drawn | drive drove driven | eat ate eaten | fall fell fallen | feed fed fed | feel felt felt |
  fight fought fought | find found found | fly flew flown | forget forgot forgotten | forgive forgave forgiven |
  freeze froze frozen | get got gotten | give gave given | go went gone | grow grew grown | hang hung hung | have had had |
  hear heard heard | hide hid hidden | hit hit hit | hold held held | hurt hurt hurt | keep kept kept | know knew known |
  lay laid laid | lead led led | leave left left | lend lent lent | let let let | lie lay lain | lose lost lost |
  make made made | mean meant meant | meet met met | mislead misled misled | misread misread misread | mistake mistook mistaken |
  misspell misspelt misspelt | misunderstand misunderstood misunderstood | oversee oversaw overseen | oversleep overslept overslept |
  overwrite overwrote overwritten | overrun overran overrun | override overrode overridden | pay paid paid | put put put |
  quit quit quit | read read read | rebuild rebuilt rebuilt | rerun reran rerun | rewrite rewrote rewritten | ride rode ridden |
  rise rose risen | run ran run | say said said | see saw seen | seek sought sought | sell sold sold | send sent sent |
  set set set | reset reset reset | redo redid redone | shake shook shaken | shed shed shed | shoot shot shot | shrink shrank shrunk | shut shut shut |
  sink sank sunk | sit sat sat | sleep slept slept | speak spoke spoken | spend spent spent | spin spun spun | split split split |
  spread spread spread | stand stood stood | steal stole stolen | stick stuck stuck | strike struck struck | swing swung swung |
  take took taken | teach taught taught | tear tore torn | tell told told | think thought thought | throw threw thrown |
  undergo underwent undergone | understand understood understood | undo undid undone | wake woke woken | wear wore worn |
  win won won | write wrote written | foresee foresaw foreseen | forgo forwent forgone | withhold withheld withheld | withdraw withdrew withdrawn |
  overcome overcame overcome | ring rang rung | light lit lit | sweep swept swept | creep crept crept | leap leapt leapt | spill spilt spilt |
  bid bid bid | cling clung clung | fling flung flung | grind ground ground | swear swore sworn | wind wound wound | wring wrung wrung |
  sing sang sung | swim swam swum | spoil spoilt spoilt | spot-check spot-checked spot-checked | forbid forbade forbidden`

/** Base forms that are taken for verbs wherever a verb can stand. */
const bases = words(`
  abuse accept intend transpose miskey mishear misclick promise agree undertake experiment tinker summon yank flick keel melt seize grind unplug goof flub fluff muff dither dawdle procrastinate shrug brush wave tap sleep beggar defy scream shout stare court tempt thank overstep louse stuff cock foul oversleep escape phone ack acknowledge act add address adhere admit admonish advise aggravate agree alert allow announce
  answer anticipate apologise apologize apply appraise approve ask assess assign assume attempt attend avoid
  back ban bar believe blame block boot bork botch bother brick bump bungle bypass call cancel care cause cease
  challenge change charge chastise check choke compare analyse analyze recompute recalculate export import clean clear click clobber close coach collapse commit communicate
  complain complete compromise concentrate configure confirm confuse connect consider consult contact continue
  copy correct corrupt counsel crash create cripple damage dare deadlock decide declare degrade delay delete
  demand demote deny depend deploy derail describe destroy detect determine die disable disappear disarm discard
  discipline disconnect discount discover discuss dismiss disregard disrupt document double-check downgrade
  downplay drag drain drop edit educate emphasise emphasize empty enable encourage end enforce engage ensure
  enter erase escalate establish evaluate evict exacerbate examine execute exhaust exist expect expire explain expose
  extend fail fat-finger figure file fill fire fix flag flip flood focus follow forfeit forward foster fumble gamble
  guess halt handle happen help hope hose hurry identify ignore implement impress improve increase inform inject
  insert inspect install instil instill instruct intend intervene introduce investigate invite involve isolate
  issue jeopardise jeopardize join kill knock label lack lapse launch leak learn lecture limit link listen load
  lock log look maintain manage mandate hammer mangle mark measure meddle mention merge mess migrate mind misapply
  miscalculate miscommunicate misconfigure misdiagnose mishandle misinterpret misjudge mislabel mismanage
  misplace misroute miss mistype misuse mitigate mix modify monitor move name need neglect note notice notify
  nuke obey observe occur offer omit open operate order overestimate overflow overwhelm overload overlook overreact
  override overrule own page panic pass paste patch pause penalise penalize perform pick place plan point post power
  practise predict prepare press prevent proceed prolong promise promote prompt propose prove provide publish
  pull punish purge push query question raise re-enable reach react realise realize reassign reboot rebuke
  recall receive recognise recognize record recover reduce refuse reiterate reject release rely remember remind
  remove rename renew repeat replace replay reply report reprimand request require resolve respect respond
  restart restore restrict result resume retake retest retire retrain retry return reuse revert review revoke
  rewind risk roll rotate rubber-stamp ruin rush sabotage sack saturate save scale schedule scold screw secure
  select serve share ship shirk show sign silence skip slip slow snooze solve spot squander stall start starve
  state stay step stop store strengthen stress strip study submit suffer suggest supervise support suppose
  suspect suspend swamp swap switch talk tamper target terminate test thank tighten tip toggle touch trace track
  train transfer trash treat trigger trip truncate trust try turn type underestimate unplug update upgrade urge
  use validate vanish verify wait walk want warn watch wipe wonder work worry worsen wreck write`)

export interface VerbForm {
  lemma: string
  form: 'base' | 's' | 'past' | 'participle'
}

const forms = new Map<string, VerbForm>()
const allBases = new Set(bases)

for (const entry of irregular.split('|')) {
  const [lemma = '', past = '', participle = ''] = entry.trim().split(/\s+/)
  allBases.add(lemma)
  forms.set(participle, { lemma, form: 'participle' })
  if (past !== lemma || past === participle) forms.set(past, { lemma, form: 'past' })
}
forms.delete('was')
for (const lemma of allBases) if (!forms.has(lemma)) forms.set(lemma, { lemma, form: 'base' })
for (const lemma of allBases)
  for (const s of thirdPersons(lemma)) if (!forms.has(s)) forms.set(s, { lemma, form: 's' })

function thirdPersons(lemma: string): string[] {
  if (/(s|x|z|ch|sh|o)$/.test(lemma)) return [`${lemma}es`]
  return /[^aeiou]y$/.test(lemma) ? [`${lemma.slice(0, -1)}ies`] : [`${lemma}s`]
}

const notPast =
  words(`need speed feed seed bed red shed indeed hundred exceed proceed succeed embed weed breed bleed
  greed agreed-upon deed naked sacred wicked infrared shred sled med led overfed`)

/** What verb form a word may be, from its letters alone; a base form may as well be a noun. */
export function verbForm(word: string): VerbForm | undefined {
  const known = forms.get(word) ?? afterHyphen(word)
  if (known !== undefined) return known
  if (word.length < 4 || !word.endsWith('ed') || notPast.has(word)) return undefined
  return { lemma: lemmaOfPast(word), form: 'past' }
}

/** “double-checked” is checked, unless it is known as a whole. */
function afterHyphen(word: string): VerbForm | undefined {
  const hyphen = word.lastIndexOf('-')
  const last = hyphen > 0 ? forms.get(word.slice(hyphen + 1)) : undefined
  return last !== undefined && (last.form === 'past' || last.form === 'participle') ? last : undefined
}

function lemmaOfPast(word: string): string {
  const stem = word.slice(0, -2)
  for (const lemma of [stem, `${stem}e`, stem.slice(0, -1), `${word.slice(0, -3)}y`]) {
    if (allBases.has(lemma)) return lemma
  }
  return /([bdgmnprt])\1$/.test(stem) ? stem.slice(0, -1) : stem
}

/** The base form of “checking”, as far as it is known. */
export function lemmaOfIng(word: string): string {
  const stem = word.slice(0, -3)
  for (const lemma of [stem, `${stem}e`, stem.slice(0, -1)]) if (allBases.has(lemma)) return lemma
  return stem
}

export const isKnownWord = (word: string) => forms.has(word)

/** Whether an infinitive, perhaps after adverbs, begins at `i`. */
export function isInfinitive(tokens: Token[], i: number): boolean {
  let at = i
  while (tokens[at] && closedTags.get(tokens[at]!.lower) === 'adv') at += 1
  const lower = tokens[at]?.lower ?? ''
  if (lower.endsWith('ly')) return true
  return lower === 'be' || lower === 'have' || lower === 'do' || verbForm(lower)?.form === 'base'
}
