import { words } from './closed-words.ts'

/** What people are said to have done when they are made the cause. */

/** Verbs that say that something was left undone. */
export const omitting = words(
  'forget neglect overrule omit overlook ignore disregard miss skip bypass circumvent fail dismiss misread shirk downplay oversleep',
)
/** Verbs that say harm by themselves. */
export const harming =
  words(`break botch mishandle mangle bungle screw mess crash corrupt wipe clobber destroy ruin cause
  cripple sink misconfigure misjudge misinterpret misunderstand mistype misuse misapply misspell miscalculate mislabel
  sabotage fumble wreck jeopardise jeopardize compromise overload hammer swamp misdiagnose miscommunicate nuke trash brick hose
  bork disrupt damage flood overwhelm underestimate overestimate overreact leak gamble blunder squander meddle tamper mismanage
  aggravate exacerbate worsen kneecap derail misroute misplace`)
/** Of those, the ones that things do by themselves, without an object. */
export const transitive = words('crash break leak corrupt damage compromise wreck cause')

/** Acts that are neutral by themselves. */
export const plainActs =
  words(`delete drop remove overwrite kill restart reboot change edit push merge deploy apply run
  type enter select choose pick click use copy paste configure set execute release ship update modify disable unplug pull
  connect point send commit approve sign roll rename truncate revoke rotate open close flip promote trigger start make
  take disconnect install upgrade downgrade migrate launch page call shut stop power switch toggle write add put query
  purge evict clear reset swap`)
export const damaging = words('delete drop overwrite truncate purge destroy kill remove')
export const faulty =
  words(`wrong bad broken buggy faulty untested unreviewed unapproved incorrect defective flawed
  unauthorised unauthorized half-finished half-baked poor terrible disastrous stupid`)

/** Verbs that bring something down, with “down”, “offline” or the like. */
export const bringing = words('lock bring take knock tear let blow pull drag cut')

/** What they are said to have brought about. */
export const outcomes =
  words(`outage incident downtime failure disruption crash loss regression bug breakage corruption
  leak defect outages vulnerability deadlock`)
export const wreckage = words('mess chaos havoc worse confusion')
/** Verbs of things that went wrong, by themselves or with what follows. */
export const losing =
  words(`fail break crash lose hang die collapse corrupt wipe sink suffer disappear vanish overflow stall
  cost fill choke lock freeze lapse expire starve degrade deadlock`)
export const turning = words('go turn become cause trigger lead result stay return')
export const badStates =
  words(`unanswered unread unnoticed unseen unacknowledged down dark offline wrong away red out bad missing stale read-only unavailable unreachable
  dead silent blank dark errors failures loss outage delay timeouts incident downtime failure crash unresponsive slow`)

/** Nouns for what people do. */
export const acts =
  words(`change mistake error misreading decision action actions edit typo deploy deployment commit push
  oversight misunderstanding choice merge restart command query migration script config haste inexperience inaction
  carelessness negligence judgement judgment blunder slip misjudgement assumption fix patch update incompetence laziness
  ignorance delay intervention attempt hand hands misconfiguration misconfigurations handling response reaction edits
  changes refusal insistence eagerness meddling mismanagement communication inability rollback failover behaviour behavior
  ego interference mishandling misuse shortcut workaround tinkering fiddling tweaking experimenting impatience experiment experiments idea antics whim patch hotfix sign-off branch refactor upgrade upgrades rollout release approval cleanup tweak experiment doing negligence`)
/** Of those, the ones that judge by themselves. */
export const errorActs =
  words(`oversight blunder negligence carelessness misjudgement misreading misunderstanding typo
  inexperience incompetence ignorance mishandling doing misconfiguration mismanagement meddling laziness`)
export const causing = words(
  `cause trigger lead result turn sink break bring take knock crash corrupt cost   introduce delay prolong lock block exhaust fill saturate stall kill flood degrade slow wipe lose extend overload`,
)
/** Verbs that are no acts: what people knew, thought or were in. */
const states = `know see believe think have be want decide understand expect assume need like feel trust hope rely wait lack
  follow receive get hear notice agree live sit`
export const stative = words(states)
/** Verbs of telling, finding and mending, and what is lost itself. */
export const merelyDone =
  words(`${states} say ask tell page join acknowledge restore roll find investigate confirm call open
  choose declare stop look report describe suspect check fix notify inform escalate observe realise realize learn discover
  try attempt lose fail fill die suffer respond watch announce note document write work leave warn drain recover mitigate
  pause verify review isolate replay rebuild rerun inspect detect identify determine begin`)
