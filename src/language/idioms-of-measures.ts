import { phrases } from './phrases.ts'

/** What is said of people only. Those of the second list of a kind are said of programs, too: they need a person. */

export const punished = {
  ofAnybody: phrases(`
    asked|invited|told|forced to leave|resign|go|step|apologise|apologize
    should|must|will step down|aside
    take|takes|taken|taking this|it|that up with … appraisal
    sent home pending
    off the rota|roster|on-call
    lesson to|for us|everyone|everybody|all|them|him|her|the
    own up
    owe|owes|owed us|them|customers|everyone an|a
    apology|apologies from|by|is|are due|expected|owed|demanded
    the sack|boot|chop
    gross misconduct
    misconduct
    internal|formal investigation into|of … conduct|behaviour|behavior|actions
    suspended without|with|from|until|pending
    stripped of
    relieved of
    on probation
    ~keep … on a short|tight
    short|tight leash
    withhold|withheld|dock|docked|cut the … bonus|pay|salary|allowance
    remedial|mandatory|compulsory training|course|coaching|lessons|retraining
    come|comes|coming down hard
    tougher|stricter|harsher|stiffer penalties|discipline|measures|line|rules|action
    bonus|bonuses|pay|salary|promotion … cut|docked|withheld|reduced|cancelled|stopped|deferred|lost
    wake-up call for|to
    been spoken to
    not|no|n't have|get|keep production|prod|admin|root|merge access|rights until|again
    expects|expect an improvement
    no second chances|chance
    stern|strong|firm|serious|strongly-worded|quiet words|word|email|letter|reminder|message|warning
    hammer|drum|drill|beat it|this|that|home into|home
    smarten|buck|shape|tighten|wise up
    disciplinary
    reprimand
    demotion
    written|verbal|formal|final|stern|official warning
    held|hold|holding to account
    ~hold … to account
    to answer|justify to the board|management|cto|ceo|director
    other|lighter duties
    face|faces|facing|suffer consequences|sanctions
    explain|justify himself|herself|themselves|yourself
    human resources will|must|should|has|to
    make|made|making an example
    reported|reporting to their|his|her manager|managers|boss|supervisor
    talking-to|dressing-down|telling-off|bollocking
    riot act
    over the coals
    name|named|naming and shame|shamed|shaming
    zero tolerance
    behaviour|behavior|conduct|carelessness|sloppiness|attitude|negligence|lapses … not|n't|never|longer be tolerated|accepted|condoned|excused
    in no uncertain terms
    his|her|their appraisal|appraisals
    deduct|deducted|dock|docked … from … bonus|pay|salary|wages|budget|bonuses
    there will|must|should|have be|to consequences
    slip|slips|lapse … consequences
    to be told|reminded … once more|again that|to|not
    sure nobody|no-one … does|do this|that|it again
    need|needs|must|has|have to|take take|ownership|responsibility ownership|responsibility|and
    stop cutting corners
    compulsory|mandatory|remedial refresher
    consequences for those|him|her|them|whoever|everyone|anyone
    watch|watching|look|looking over his|her|their deploys|work|changes|shoulder|shoulders
    lose|loses|forfeit|forfeits their|his|her|your merge|deploy|admin|root|production|commit|write|push|on-call rights|access|privileges|permission
    personnel file|record|files
    heads|head must|will|should roll|have
    stress|emphasise|emphasize|reiterate|reinforce|underline the importance of
    be|being|been more|extra|especially|particularly|very|doubly|much|far careful|vigilant|diligent|attentive|cautious|mindful|disciplined|thorough
    be|being|remain|stay careful|vigilant|diligent|attentive|cautious|mindful|alert|focused
    more|extra|greater|particularly careful|vigilant|diligent|attentive|cautious|mindful|disciplined
    more|greater|extra|closer|better|utmost|every care|attention|caution|diligence|vigilance|discipline|ownership
    exercise|take|show|use|apply caution|care
    pay|paying attention
    try|work|think harder
    think|thinks twice
    take|takes|taken|come|comes … out of … bonus|pay|salary|wages
    answer for
    should|must|ought know better
    double-check everything|their|your|his|her
    double check everything|before|their|your|his|her|all
    make|repeat|making|repeating|repeats this|the|that|such|same mistake|mistakes
    make|repeat|making|repeating the|that same mistake|mistakes
    remember to
    lessons|lesson to|for the engineer|operator|developer|team
    ~pull|~pull their|your|his|her socks up
    ~up|~raise|lift their|your|his|her game
    ~get their|his|her act together
    no more excuses
    not|n't happen on his|her|their|your watch`),
  ofPeople: phrases(`
    may|must|can|will|shall no longer
    summoned|hauled before|in|into|up
    ~take responsibility for
    ~expect everyone|everybody|all|people|them|him|her to
    removed|taken|kicked|pulled from|off the|all team|rota|roster|project|on-call|duty|duties
    ~answer to|for … board|outage|incident|this|management
    crack|cracking down on
    performance plan|improvement|review|appraisal
    improvement plan
    be|been|was|were written up
    on notice
    must|has get|obtain|have|to … his|her manager|boss|supervisor|lead 's sign-off|approval|permission|ok
    was|were|been|be let go
    contract|agreement|employment … terminated|ended|cancelled|renewed|extended
    under|without close|constant|adult|a supervision|grown-up
    seriousness of what
    a closer|close eye on
    ~teach … a lesson
    may only … under
    may only … under
    wake up`),
}

export const blaming = {
  ofAnybody: phrases(`
    only one|possible explanation|reason|suspect for|:
    if anyone|anybody is|was responsible|guilty
    ground zero was|is
    ~trace|traced back|down|it|this|everything to one|a|the|that
    nothing but|more|other a|an|than human|operator|user
    on his|her|their|its head|heads|shoulders|conscience
    mea culpa
    hands|hand up , it
    boils|boiled|comes|came … down to
    ~boil|~come down to
    caused|attributable|attributed|due|explained solely|entirely|purely|only|wholly|exclusively by|to
    solely|entirely|purely|wholly|exclusively caused|due|attributable|responsible
    solely|purely|simply|only because
    blame ~lie|~rest|~fall|~sit
    at fault
    fault lies|lay|rests|is with
    fault lies|lay|rests squarely|entirely|largely|clearly|firmly|wholly with
    the fault of the vendor|provider|supplier
    pin|pinned|pinning it|this|that on
    point|points|pointed|pointing the finger|fingers
    fault but
    one|only|single thing that|which caused
    guilty party|parties|one
    guilty of
    carry|carries|carried the can
    take|takes|took|bear|bears|shoulder the blame|rap|fall|full
    the buck stops
    the|is|one one responsible
    those|person|party responsible
    bear|bears|carry|carries the|full|sole|some|most|all responsibility
    bear|bears|carry|carries responsibility
    responsibility … lies|lay|rests|rested|falls|sits with|on|at
    responsibility for this|the outage|incident|failure
    traced … to a single|one|sole
    traced … to one
    smoking gun
    ~stem solely|entirely|purely|only|exclusively from
    stems|stemmed solely|entirely|purely|only|exclusively from
    rca result|outcome|finding|verdict :
    everything goes|went|leads|led|points|comes|came back to a|one|an|the|our
    attributable|attributed|pinned|ascribed|traceable to|on one
    attributable|attributed|pinned|ascribed|traceable to|on a|the single|lone|sole
    at the root|heart|bottom of it all
    at the root|heart|bottom of this|the|everything outage|incident|failure|all|is|was|lies|lay
    exactly one reason|cause|explanation
    one thing alone
    answerable for the|this
    is|are to be blamed
    one and only thing|cause|reason|culprit
    one thing|cause|reason only
    ~point at|to one thing
    root of it all
    my bad
    is|was on him|her|me .|,|;
    none of the other|others … matter|matters|mattered|count|counts
    explain|explains|explained the whole|entire|full outage|incident|failure|thing
    explain|explains|explained it all|everything
    alone , that|which ~cause|~break|~bring|~take|~trigger|did
    alone was|is|were to blame
    alone was|is|were responsible
    alone that|which ~cause|~break|~bring|~take|~trigger
    a|one|the single|sole origin|explanation
    ~put down to one|his|her|their
    only|just one thing … wrong|failed|broke
    nothing but|except the|a|an|our … caused|broke|triggered|explains
    account|accounts|accounted for the|this … in full
    alone caused|broke|triggered|explains
    the|main|chief|worst offender|offenders|villain|villains|perpetrator`),
  ofPeople: phrases(`
    ~admit|~accept|~take full|sole|responsibility|blame|fault|guilt for|of|responsibility
    lies|lay|rests|sits squarely|firmly|solely|entirely with|on|at`),
}
