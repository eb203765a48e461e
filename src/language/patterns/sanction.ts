import { patternsOf } from './pattern.ts'

/** People are to be corrected, or to try harder. */
export const sanction = patternsOf({
  perhaps: `
    be (even)? (more|very|extra|much more|really|particularly|extremely|especially|super)? (careful|cautious|vigilant|diligent|attentive|disciplined|mindful|rigorous)
      + We have to be more careful about the scale of these jobs.
      - We have to be aware of the scale of these jobs.
    ((more|greater|better) care|(more|greater|extra|closer|better) (caution|vigilance|attention|diligence|discipline|carefully|careful|rigour|rigor|cautious|disciplined|diligent))
      + Release notes need more careful reading.
      - Release notes need more room on the page.
    ((reminder|reminders) (of the|to all|to {person}|about the)|(remind|reminded|reminding|retrain|retrained|retraining|training|reprimand|reprimanded|punish|punished|admonish|urge|coach) (all|the|every|our)? {person})
      + Remind all engineers to read the runbook.
      - Remind the bot to read the runbook.
    {person} ((will|must|should|shall|need to|needs to) be|(has|have) been|was|were) {somehow} (reminded|refamiliarised|refamiliarized|retrained|reprimanded|disciplined|fired|dismissed|punished|suspended|sanctioned|demoted|educated|coached|trained|let go) !(that)
      + The developers will be retrained.
      - The model will be retrained.
    ((more|additional|further|better|refresher|mandatory) training (sessions|courses)? (will be|for P|of P|on|is needed|for all|to increase)|(reinforce|receive|undergo|get) {any}? training)
      + More training will be given to increase awareness.
      - More training data will be kept.
    ((emphasise|emphasize|stress|reinforce|reiterate|underline) … (importance|need) (of|to)|importance of (following|adhering|double-checking))
      + Emphasize the importance of adhering to the policy.
      - The graph emphasizes the slow requests.
    (disciplinary|written warning|formal warning|formal reprimand|performance plan|performance improvement)
      + Disciplinary action is being considered.
      - A written note is being considered.
    (think twice|try harder|do better|more thoroughly|more attention|closer attention|double-check everything|take responsibility)
      + Operators must think twice before a failover.
      - Replicas must answer twice before a failover.
    (adhere|adhering|adheres) {somehow} to
      + Engineers must adhere to the procedure.
      - The sticker adhered to the rack.
  `,
})
