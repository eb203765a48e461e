import { phrases } from './phrases.ts'

/** What is said of people only. Those of the second list of a kind are said of programs, too: they need a person. */

export const cause = {
  ofAnybody: phrases(`
    with a little help from
    of his|her|their own making
    ~have|had|has only himself|herself|themselves|ourselves to
    a monkey|spanner|wrench in the works
    ~thank|courtesy of the genius|geniuses|hero|heroes
    ~look no further than
    ~shoot himself|herself|themselves|ourselves|itself in the foot
    ~take it upon himself|herself|themselves|itself
    ~see fit to
    ~think it would be fun|clever|funny|cool to
    ~go rogue|off-piste
    ~take matters into
    single-handedly|singlehandedly`),
  ofPeople: phrases(`
    ~tinker|~meddle|~fiddle|~tamper|~experiment with|around|about
    ~manage to ~break|~crash|~delete|~exhaust|~drop|~kill|~take|~bring|~wipe|~lock|~flood|~lose|~corrupt|~overload|~trigger
    ~throw|threw a spanner|wrench
    ~wreak|~cause havoc|chaos|mayhem
    ~take the easy way
    ~have|had the bright|brilliant|clever idea
    ~decide|~think|~reckon he|she|they knew better
    ~pull|~yank|~flick|~flip the wrong
    half-finished|half-baked|untested|unreviewed|botched|bungled work|change|script|job|fix|migration of|by|from
    ~pull the plug on
    ~jump the gun
    ~jump to conclusions
    ~play with fire
    ~press on|ahead regardless
    ~go ahead regardless|anyway
    ~go behind
    ~go and|off and ~break|~delete|~change|~push|~restart
    ~overstep
    ~take a punt|gamble|chance on
    ~wing it
    at the hands of
    in defiance of
    ~want his|her|their … before
    ~bring … to its|their knees
    took one|a|an|two|just|only … to break|bring|take|crash|sink|cripple|kill|wipe|destroy`),
}

export const norm = {
  ofAnybody: phrases(`
    had one job
    would have cost … nothing
    would not|n't have hurt|killed … to
    there was|is no reason|need|excuse for … to
    would have been only|just right|proper|fair|sensible|prudent|wise to
    not|n't his|her|their|your place|call to
    good|common|basic practice|courtesy|decency … would have|demands|demanded
    prudence demanded|dictated
    was|were told|asked|instructed|warned not to
    knew|know|knows better than to
    had|have|has|'d no business
    would|will it have|'ve killed|hurt
    would it have killed|hurt
    the|very least he|she|they|we|one|you|anyone|anybody could|should
    the least … could have done|expect
    all he|she|they|we|you|it had to do
    all he|she|they|anyone needed to do
    it|would have|'ve taken * … two|five|ten|a|one minutes|minute|seconds|moment to
    incumbent on|upon
    it fell to
    it was on|up to the|him|her|them|us|you to
    under no circumstances should|ought
    at no point did|should
    if only he|she|they|someone|somebody|anyone|we|the
    ~wish he|she|they|someone|the … had
    duty-bound to
    what was|were he|she|they|the|you … thinking
    how hard|difficult can|could|would it
    why on earth
    you|one do|does n't|not * … without
    right|proper|correct|sensible|responsible|professional|obvious thing to do … was|would
    right|proper|correct|sensible|responsible|professional|obvious thing for … to
    would have done|been well|better|wiser|wise|best
    could at least have
    n't|not too much to ask`),
  ofPeople: phrases(`
    a|one phone|quick|simple|single call|message|question|look|glance … would|could have
    had|have|has|'d no right|excuse|reason to
    ~owe it to`),
}

export const omitted = {
  ofAnybody: phrases(`
    ~leave … out of the loop
    ~leave … to rot|chance|others|luck
    ~keep us|them|everyone|everybody|support in the dark
    ~fail us|them|customers|everyone|patients
    on deaf ears
    ~forget all about
    ~drop off the radar
    in one ear
    ~bury his|her|their|its head|heads
    ~wash his|her|their|its hands
    ~pass the buck
    ~duck|~shirk|~dodge his|her|their|its|the responsibility|responsibilities|duty|duties
    ~slip|~escape … mind|minds|memory
    ~leave us|everyone|everybody|them|support|customers in the dark
    ~turn|turning a blind eye
    ~turn|turning a deaf ear
    ~look the other way
    ~sweep … under the
    n't|not lift a finger
    n't|not|never so much as
    ~stand idly by
    missing in action
    n't|never|not get|got|getting round|around to
    fell|fallen through the cracks at
    ~oversleep`),
  ofPeople: phrases(`
    ~let … lapse|expire|rot
    ~keep … to itself|himself|herself|themselves|ourselves
    ~take no notice
    ~pay no heed|attention|regard|mind
    ~leave it at that
    ~give … a miss
    ~fall asleep
    ~promise … did|never|not|n't
    ~close|~sign|~merge|~approve|~delete|~archive … unread|untested|unreviewed|unseen|unchecked
    unread|unseen|unchecked|untested|unreviewed by
    ~keep|kept it|this|that|the to himself|herself|themselves|itself
    slow|late to|in respond|react|answer|reply|acknowledge|escalate|responding|reacting|acknowledging
    ~hesitate|~dither|~dawdle too|for|until|over
    ~put it|this|that off
    ~do|did the bare minimum
    ~disregard|~flout|~breach|~violate|~circumvent|~sidestep the|our|all|policy|procedure|protocol|rules
    ~break|~bend the|our|every rules|rule|procedure|protocol|freeze|policy
    in breach|violation of
    contrary to the|our|all policy|procedure|instructions|advice|rules|protocol|runbook
    ~shrug
    ~brush … aside|off
    ~wave … away|through
    ~lose track|sight of
    ~sleep through
    ~sit on the|a|this|that|it|our|their
    ~keep quiet|silent|mum|schtum
    ~stay quiet|silent
    did|do|does|doing nothing .|,|;|for|about|until|while|and|to
    did|do|does n't|not do any|anything|it|so
    ~stand by and
    ~leave it too late|long
    ~leave it for too
    ~drag his|her|their|its feet|heels
    ~dither|~dawdle|~procrastinate
    ~look|looking away
    ~click|~tap straight|right|blindly|happily|merrily through|past
    ~click|~tap through the|a|every|all|it
    ~let … lapse|expire|slide|slip|sit|rot|lie
    without|with so|no much|word|warning
    without telling|informing|warning|asking|consulting us|anyone|anybody|a|the`),
}

export const careless = {
  ofAnybody: phrases(`
    lapse|lapses of|in concentration|attention|judgement|judgment|discipline
    cavalier|casual|slovenly|slapdash|sloppy|lax|laid-back|careless|lackadaisical|flippant attitude|approach|manner|way|habit|habits
    easy way out
    like a toy|playground|sandbox
    couldn|could n't give a
    ~get|~got|~become|~grow|~be cocky|sloppy|lazy|complacent|careless|slack|arrogant|overconfident|smug|blasé
    busy with his|her|their phone|phones|lunch
    on his|her|their phone
    no idea|clue what
    out to lunch
    sat|sitting on his|her|their|its hands
    ~shoot from the hip
    trigger-happy
    ~leave … common sense at
    spray and pray
    not|n't|never ~know what … doing
    ~cut corners
    asleep at the wheel|switch
    asleep on the job
    half asleep
    ~rubber-stamp
    ~gloss over
    eye|eyes off the ball
    ~go through the motions
    ~drop the ball
    ~phone it in
    amateur hour|work|stuff
    amateurs|rookies|cowboys|clowns|muppets|idiots|morons !
    rookie|schoolboy|beginner|amateur|newbie mistake|error|move|stuff
    not|n't ~give|give a damn|hoot|toss|monkey|monkeys|stuff|fig
    not|n't ~give|give it|this|that|the … thought|look
    not|n't ~care less
    not|n't be|been bothered|arsed|fussed
    mind|minds … elsewhere
    had|have|has his|her|their|my mind on
    a second's|moment's|second thought|glance
    without|with a|no second|moment's|moment thought|glance|look
    half an eye
    too casual|relaxed|lax|slack|hasty|lazy|careless|quick|clever|cocky|sloppy|trusting
    out of their|his|her|my|our depth
    n't|not|never up to the job|task|standard
    ~let his|her|their guard down
    ~stop caring
    ~lose focus|concentration|interest
    poor|bad judgement|judgment|workmanship|discipline|form
    lack|absence|want of … care|attention|diligence|discipline|competence|rigour|rigor|professionalism|focus|vigilance|ownership|thought
    insufficient|inadequate|no care|attention|diligence was|is|by|from
    no attention
    a|any|this|that|such sloppy|rushed|hasty|lazy|half-hearted|half-baked|slipshod edit|change|merge|review|fix|deploy|commit|job|rollout|release|work|check|test
    sloppy|shoddy|lazy|slipshod work|testing|review|coding|engineering|practice|thinking|habits`),
  ofPeople: phrases(`
    ~hit and hope
    ~rush|~hurry|~race|~breeze|~sail|~sleepwalk|~blunder|~barge through|into|in|past|ahead
    happily|merrily|blithely|cheerfully|gaily ~click|~ignore|~press|~run|~merge|~push|~deploy|~accept|~carry|~delete|~skip
    hope|hoped|hoping for the best
    not|n't ~look|~think|~check|~read twice|first|before|properly
    not|n't|never ~pay|pay|paying … attention|heed
    not|n't|never careful enough
    not|n't concentrating|concentrate|thinking
    without paying|thinking|looking|reading
    without a thought
    in a hurry|rush|panic
    in * haste
    of a hurry
    on|by autopilot
    ~take a shortcut|shortcuts
    ~take shortcuts
    thrown|cobbled|slapped|knocked together
    could|can not|n't care
    not|n't care|cared
    attention to detail
    ~take … for granted
    ~assume … would be fine|ok|okay
    ~wave it through`),
}

export const error = {
  ofAnybody: phrases(`
    butterfingers
    clumsy|fat|wrong fingers|finger|hands|hand|click|keystroke
    one|a|single errant|stray|wrong|misplaced keystroke|click|character|comma|key|command
    fat fingers|finger|fingered
    finger trouble|slip|error
    slip of the finger|hand|keyboard|mouse|thumb
    brain fart|fade|freeze
    layer 8|eight
    pebkac
    between keyboard|chair and
    between the keyboard|chair and
    err is human
    only human
    stupid|silly|dumb|foolish|careless|honest|basic|elementary|human|simple mistake|slip|blunder|slip-up|oversight
    stupid|silly|dumb|foolish|careless|rookie|typing|keying|data-entry|copy-paste|clerical error
    human factor ~cause|~lead|was|to
    ~drop a clanger`),
  ofPeople: phrases(`
    ~transpose|~mistype|~miskey|~mishear|~misclick
    ~swap|~confuse|~muddle|~mix|~jumble|~transpose the|two|up|both
    ~pick|~choose|~select|~click|~press|~hit|~type|~enter|~tick the|a|an|one|on wrong|incorrect
    ~get it|this|that|everything wrong
    ~get the|his|her|their|our|a|one … wrong
    ~goof|~flub|~fluff|~muff|~slip up
    ~goof|~flub|~fluff|~muff|~blunder
    ~slip|~trip up
    ~mess|~screw|~stuff|~cock|~foul|~louse up
    ~blow it
    had|have a lapse
    ~make a hash|balls|pig|hames of|up|'s
    ~make the|a|an wrong|bad|poor call|decision|choice|assumption
    ~put a foot wrong`),
}

export const hindsights = {
  ofAnybody: phrases(`
    what did he|she|they|anyone|you|we think|expect would|to
    in his|her|their|its right mind|minds
    could|might|should|would easily|so have been predicted|foreseen|expected|anticipated
    could|might|should have been predicted|foreseen|expected|anticipated|obvious|clear
    as clear|plain|obvious as
    clear|plain|obvious as day|daylight|mud
    of all people
    only had to look|open|read|ask|check|glance|scroll
    could hardly|scarcely|not have overlooked|missed|failed|been
    a blind man|person
    to nobody|no-one 's surprise
    small|little wonder
    told you|them|him|her so
    not|n't|hardly rocket science
    not|n't|hardly take|need|require a genius|an
    a|the first thing you|anyone|everybody learn|learns|would
    textbook|elementary|basic stuff|mistake|knowledge|hygiene
    the clues|signs|evidence|hints|symptoms were|was there|all|obvious|plain|clear|visible
    glaring|glaringly|blindingly|painfully|blatantly obvious|clear
    glaring omission|mistake|error|oversight
    how on earth
    how anyone|anybody|somebody|someone|they|he|she|we|it could
    how could anyone|anybody|they|he|she|we|you|nobody
    how did nobody|anyone|no
    why did nobody|no
    why nobody|anyone|no-one
    beyond us|me|belief|comprehension
    hard|difficult|impossible to understand|believe|see|fathom|imagine|explain|excuse|justify why|how
    no excuse
    common sense
    bound to fail|happen|break
    always going to
    saw|seen|see it|this|that coming
    accident|disaster|outage|incident waiting to happen
    recipe for disaster
    ~ask|asking for trouble
    ~court|~tempt|courting|tempting disaster|fate
    writing|handwriting … on the wall
    signs|clues|evidence|information were|are|was|is … there
    all the signs|clues|information|evidence … needed|there
    every reason to know|suspect|expect|believe
    red flags were|everywhere
    in black and white
    in plain sight|view
    under their|his|her|our|everyone noses|nose
    right in front of
    plain|clear as day
    for all to see
    only|just a matter|question of time
    sooner or later
    ~stare|staring him|her|us|them|everyone|everybody in the face
    ~scream|~shout|screaming|shouting at him|her|us|them|everyone|everybody
    ~beggar|~defy belief|logic|explanation
    could|can have missed
    impossible|hard|difficult to miss|overlook
    we|they all knew
    all of us|them knew
    knew|know|knows full|perfectly|very well
    knew all along
    must|can have known|realised|realized|seen|noticed
    easily have been avoided|prevented|caught
    entirely|easily|completely|totally|perfectly|eminently|wholly|quite avoidable|preventable|foreseeable|predictable
    in retrospect
    looking back ,
    with|given|on|knowing what we|i|they know|knew now
    should|must|ought have been clear|obvious|evident|apparent|plain
    should|must|ought to have been clear|obvious|evident|apparent|plain
    plain|obvious|clear|evident|apparent to see|anyone|everyone|everybody|all
    clear|plain|evident|apparent|obvious from the start|outset|beginning
    any fool|idiot
    any child|student|beginner|amateur|layman could|can|would|knows|knew
    as anyone|everyone|everybody|any knows|knew|will
    you would|'d think
    one would|might think|expect|have
    sore thumb
    inconceivable|unthinkable|incredible|unbelievable|astonishing|baffling|shocking|incomprehensible that|how|why
    inexplicably|unforgivable|unforgivably|inexcusably`),
  ofPeople: phrases(`
    any|every decent|seasoned|half-decent|self-respecting|halfway|junior … would|could|should|knows|will
    you|one would|'d|might expect|think|hope|have
    thought this|it|that through
    yet|but somehow
    had been warned|told
    were|was warned|told repeatedly|often|twice|before
    ~know|knows|knew better`),
}

export const punished = {
  ofAnybody: phrases(`
    asked|invited|told|forced to leave|resign|go|step|apologise|apologize
    stepped|stepping|step down|aside
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
    remedial|mandatory|compulsory training|course|coaching|lessons|retraining
    come|comes|coming down hard
    tougher|stricter|harsher|stiffer penalties|discipline|measures|line|rules|action
    bonus|bonuses|pay|salary|promotion … cut|docked|withheld|reduced|cancelled|stopped|deferred|lost
    wake-up call for|to
    no second chances|chance
    stern|strong|firm|strongly-worded|quiet words|word|email|letter|reminder|message|warning
    hammer|drum|drill|beat it|this|that|home into|home
    smarten|buck|shape|tighten|wise up
    disciplinary
    reprimand
    demotion
    written|verbal|formal|final|stern|official warning
    held|hold|holding to account
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
    heads|head must|will|should roll|have
    stress|emphasise|emphasize|reiterate|reinforce|underline the importance of
    be|being|been more|extra|especially|particularly|very|doubly|much|far careful|vigilant|diligent|attentive|cautious|mindful|disciplined|thorough
    be|being|remain|stay careful|vigilant|diligent|attentive|cautious|mindful|alert|focused
    more|extra|greater|particularly careful|vigilant|diligent|attentive|cautious|mindful|disciplined
    more|greater|extra|closer|better|due|proper|some|utmost|every care|attention|caution|diligence|vigilance|discipline|ownership
    exercise|take|show|use|apply caution|care
    pay|paying attention
    try|work|think harder
    think twice
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
    appraisal
    was|were|been|be let go
    personnel file
    contract|agreement|employment … terminated|ended|cancelled|renewed|extended
    under|without close|constant|adult|a supervision|grown-up
    seriousness of what
    a closer|close eye on
    ~teach … a lesson
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
    to blame
    at fault
    fault lies|lay|rests|is with
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
    the|main|chief|worst offender|offenders|villain|villains|perpetrator`),
  ofPeople: phrases(`
    ~admit|~accept|~take full|sole|responsibility|blame|fault|guilt for|of|responsibility
    lies|lay|rests|sits squarely|firmly|solely|entirely with|on|at`),
}
