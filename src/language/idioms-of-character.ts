import { phrases } from './phrases.ts'

/** What is said of people only. Those of the second list of a kind are said of programs, too: they need a person. */

export const careless = {
  ofAnybody: phrases(`
    lapse|lapses of|in concentration|attention|judgement|judgment|discipline
    cavalier|casual|slovenly|slapdash|sloppy|lax|laid-back|careless|lackadaisical|flippant attitude|approach|manner|way|habit|habits
    easy way out
    like a toy|playground|sandbox
    couldn|could n't give a
    ~get|~got|~become|~grow|~be cocky|sloppy|lazy|complacent|careless|slack|arrogant|overconfident|smug|blasé
    busy with his|her|their phone|phones|lunch
    was|were|is on his|her|their phone
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
    cursory|perfunctory|half-hearted|superficial glance|look|review|check|test|reading
    too|very|so|little|no|not|insufficient little|enough|sufficient thought|care|attention went|gone|was|is|had
    little|no|insufficient thought|care|attention went|gone|had
    with no care|thought|attention
    no discipline|rigour|rigor|care in|at|with|from|among
    ~treat … like his|her|their own
    with|so|such little|no|scant little|no|scant regard|thought|concern|consideration for|to
    with little|no|scant regard|concern|consideration for|to
    without much|any|due|proper|sufficient|enough thought|care|consideration
    ~gloss over
    eye|eyes off the ball
    ~go through the motions
    ~drop the ball
    ~phone it in
    amateur hour|work|stuff
    amateurs|rookies|cowboys|clowns|muppets|idiots|morons !
    rookie|schoolboy|beginner|amateur|newbie mistake|error|move|stuff
    not|n't ~give|give a damn|hoot|toss|monkey|monkeys|stuff|fig
    not|n't|never ~give|give it|this|that|the|a … thought|look|heed|consideration
    not|n't ~care less
    not|n't be|been bothered|arsed|fussed
    mind|minds … elsewhere
    had|have|has his|her|their|my mind on
    a second's|moment's|second thought|glance
    without|with a|no second|moment's|moment thought|glance|look
    half an eye
    ~give it|this|that no thought
    sheer laziness|carelessness|stupidity|incompetence|negligence
    too casual|relaxed|lax|slack|hasty|lazy|careless|quick|clever|cocky|sloppy|trusting
    out of their|his|her|my|our depth
    n't|not|never up to the job|task|standard
    ~let his|her|their guard down
    ~stop caring
    ~lose focus|concentration|interest
    attention|mind|minds|focus … wandered|lapsed|drifted
    poor|bad concentration|attention|judgement|judgment|workmanship|discipline|form
    lack|absence|want of … care|attention|diligence|discipline|competence|rigour|rigor|professionalism|focus|vigilance|ownership|thought
    insufficient|inadequate|no care|attention|diligence was|is|by|from
    a|any|this|that|such sloppy|rushed|hasty|lazy|half-hearted|half-baked|slipshod edit|change|merge|review|fix|deploy|commit|job|rollout|release|work|check|test
    sloppy|shoddy|lazy|slipshod work|testing|review|coding|engineering|practice|thinking|habits|preparation|planning|execution|attitude|handling|monitoring|documentation`),
  ofPeople: phrases(`
    am|is|are|was|were chatting|gossiping|scrolling|daydreaming|texting|joking
    ~hit and hope
    ~rush|~hurry|~breeze|~sail|~sleepwalk|~blunder|~barge through|into|in|past|ahead
    ~race through|past|ahead
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
    no attention
    ~take … for granted
    ~assume … would be fine|ok|okay
    just|simply|merely assumed|guessed|hoped|trusted
    how casually|lightly|little|carelessly|sloppily
    ~treat … lightly|casually
    ~wave it through`),
}

export const error = {
  ofAnybody: phrases(`
    butterfingers
    clumsy|fat|wrong fingers|finger|hands|hand
    clumsy|fat click|keystroke
    one|a|single errant|stray|misplaced keystroke|click|character|comma|key|command
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
    mistake|error|slip made by a|the user
    man-made|human-made|self-inflicted
    ~put … down to a|the|his|her|their lapse|slip|mistake|error
    human|humans|people|operator|operators|user|users|staff|person … weak|weakest link
    weak|weakest point|link|spot was|is human
    weak|weakest point|link|spot was|is a|the human
    human element|side|component|link|part … weak|weakest
    human factor … ~let|failed|~bring|~take
    error|mistake|fault|cause was|is human
    error|mistake|fault|cause was|is a human one|error
    human factor ~cause|~lead|was|to
    down to the human factor
    weak|weakest link … person|human|operator|keyboard|chair
    ~drop a clanger`),
  ofPeople: phrases(`
    ~transpose|~mistype|~miskey|~mishear|~misclick
    ~swap|~confuse|~muddle|~mix|~jumble|~transpose the|two|up|both
    ~pick|~choose|~select|~click|~press|~hit|~type|~enter|~tick the|a|an|one|on wrong|incorrect
    ~get it|this|that|everything wrong
    ~get … mixed|muddled|jumbled up
    ~get … confused|backwards|swapped|reversed|transposed
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
    goes without saying
    surprised nobody|no-one
    ~stare … in the face
    experienced|competent|seasoned|decent|good engineer|operator|admin|developer|dba|sre|administrator should be
    had every clue|hint|sign|warning
    had all|everything he|she|they|we needed to see|know|notice|realise|realize
    had every piece|bit of information|evidence
    experienced|competent|seasoned|decent|careful|good engineer|operator|admin|developer|dba|sre|administrator|programmer sees|knows|notices|spots
    easy|simple|trivial to foresee
    ~come as no surprise
    not|n't ~need to be a|an … to see|know|tell|realise|realize
    everyone|everybody knows you
    evident|obvious|clear|plain|apparent … to anyone|everyone|everybody
    of course … was|were going|bound to
    predictably ,
    what did he|she|they|anyone|you|we think|expect would|to
    in his|her|their|its right mind|minds
    could|might|should|would easily|so have been predicted|foreseen|expected|anticipated
    could|might|should have been predicted|foreseen|expected|anticipated|obvious|clear
    as clear|plain|obvious as
    clear|plain|obvious as day|daylight|mud
    of all people
    only had to look|open|read|ask|check|glance|scroll
    could hardly|scarcely|not have overlooked|missed|failed
    could hardly|scarcely have been
    could not have been clearer|plainer|simpler|easier|louder
    signs|warning|warnings|clues|evidence|symptoms|hints … not be|been missed|overlooked|clearer|plainer
    nobody|no-one|none|no … in his|her|their right mind|minds
    a blind man|person
    to nobody|no-one 's surprise
    small|little wonder
    told you|them|him|her so
    not|n't|hardly rocket science
    not|n't|hardly ~take|~need|~require a|an genius|expert|engineer|degree|doctorate|phd|scientist|specialist
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
    clue|clues|sign|signs|answer|hint|hints was|were|is right|there|all
    signs|warnings|evidence … piling|mounting|building|stacking up
    ~look foolish|silly|stupid|naive|reckless|careless
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
    with|given|on|knowing what we|i|they know|knew now|today
    never going to work|be|hold|scale|survive|fit|cope|last
    everybody|anyone|everyone|anybody with … know|knows|knew
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
    had been warned
    had|were|was been warned|told repeatedly|often|twice|before|not
    were|was warned|told repeatedly|often|twice|before
    ~know|knows|knew better
    must|can not|n't fail|have failed to know|see|notice`),
}
