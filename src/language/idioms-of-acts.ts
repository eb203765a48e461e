import { phrases } from './phrases.ts'

/** What is said of people only. Those of the second list of a kind are said of programs, too: they need a person. */

export const cause = {
  ofAnybody: phrases(`
    with a little help from
    own making
    ~have|had|has only himself|herself|themselves|ourselves to
    a monkey|spanner|wrench in the works
    ~thank|courtesy of the genius|geniuses|hero|heroes
    ~look no further than
    ~bring|brought this|it|that|all on|upon ourselves|themselves|himself|herself|yourself
    ~shoot himself|herself|themselves|ourselves|itself in the foot
    ~take it upon himself|herself|themselves|itself
    ~see fit to
    ~think it would be fun|clever|funny|cool to
    ~go rogue|off-piste
    ~take matters into
    single-handedly|singlehandedly`),
  ofPeople: phrases(`
    ~tinker|~meddle|~fiddle|~tamper|~experiment with|around|about
    ~manage to ~break|~crash|~delete|~exhaust|~drop|~kill|~wipe|~lock|~flood|~lose|~corrupt|~overload|~trigger|~truncate|~overwrite
    ~manage to ~take|~bring … down|offline
    ~throw|threw a spanner|wrench
    ~wreak|~cause havoc|chaos|mayhem
    ~take the easy way
    ~have|had the bright|brilliant|clever idea
    ~decide|~think|~reckon he|she|they knew better
    was|is|were the weak|weakest link
    is|was what did|~finish|~hurt|~knock|~tip|~break|~kill|~sink|~cause
    ~want to play|tinker
    ~end up breaking|deleting|truncating|dropping|wiping|killing|taking|overwriting|corrupting
    ~set us|them|everyone|everybody up for this|it|that|failure|trouble
    ~saddle us|them|everyone with
    ~set off the|a|this|an … chain|cascade|outage|incident|storm
    ~lock up the|our|a|every|half|most|all
    confusion|chaos|mess|havoc|damage|trouble|disruption that|which … ~create|~cause|~make|~leave
    ~make|making matters|things|it|everything worse
    ~make|making a bad situation|thing worse
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
    took one|a|an|two|just|only … to break|bring|take|crash|sink|cripple|kill|wipe|destroy|empty|delete|lock|stall`),
}

export const norm = {
  ofAnybody: phrases(`
    had one job
    would have cost … nothing|second|seconds|minute|minutes|moment
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
    would|'d have|'ve done|been well|better|wiser|wise|best
    more|better was|is to be expected of|from
    better would have been
    least of all a|an|the|him|her|them|someone
    could at least have
    n't|not too much to ask`),
  ofPeople: phrases(`
    a|one phone|quick|simple|single call|message|question|look|glance … would|could have
    had|have|has|'d no right|excuse|reason to
    needed to … sooner|earlier|faster
    needed to warn|tell|notify|inform … before|first
    needed to ask|tell|consult … before|first
    ~have|had every|ample|plenty chance|opportunity to
    needs to start|stop|learn|begin reading|checking|testing|listening|paying|thinking|asking|communicating|following|looking|taking
    all … had|needed to do was|were|is
    should n't|not need telling|reminding
    should n't|not need to be told|reminded
    ~owe it to`),
}

export const omitted = {
  ofAnybody: phrases(`
    ~leave … out of the loop
    ~let us|them|customers|everyone|everybody|users|support down
    ~choose|~opt|~prefer to ignore|overlook|disregard
    ~choose|~opt|~prefer not to tell|inform|ask|check|see|look|read|mention
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
    nobody|no-one|none|neither … took|make|made the|any trouble|time|care|effort to
    no one … took|make|made the|any trouble|time|care|effort to
    ~oversleep`),
  ofPeople: phrases(`
    ~walk|~wander away|off from|before|while|with|without
    ~go|~leave home|lunch without|before|while|with
    ~tell|~inform|~notify|~warn|~alert|~consult|~ask nobody|no-one
    ~tell|~inform|~notify|~warn|~alert|~consult|~ask no no-one
    ~say not a word
    did n't|not take|make the|any time|trouble|effort to
    ~leave … out of date
    ~say nothing about|to
    ~click it|them|that|this away
    ~click past it|them|this|that|the
    ~leave … out ,|and|.
    ~let … ring|pile out|up
    ~let … lapse|expire|rot
    ~let … go|get stale|unpatched|unanswered|unnoticed|unchecked|unread
    ~sit there and|while|as|until
    ~keep|kept putting off|it|this
    ~put|putting off … too late|until|again
    ~leave|left out|off the|a|one|two|any|half
    just|simply|merely did n't|not use|check|look|read|test|ask|bother|think|follow|tell|care
    without taking|making|having|doing a|any backup|snapshot|copy|test|check|look|dry
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
