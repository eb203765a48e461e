import { patternsOf } from './pattern.ts'

/** People are to be corrected, or to try harder. */
export const sanction = patternsOf('sanction', {
  sure: '',
  perhaps: `
    be (more|very|extra|much more|really|particularly|extremely)? (careful|cautious|vigilant|diligent|attentive|disciplined|mindful|thorough)
      + We have to be more careful about the scale of these jobs.
      - The retries have to be bounded by the scale of these jobs.
    (more|greater|extra|closer|better|additional|further) (care|caution|vigilance|attention|diligence|discipline|carefully|careful|rigour|rigor)
      + Release notes need more careful reading.
      - Release notes need more room on the page.
    (remind|reminded|reminding|retrain|retrained|reprimand|reprimanded|discipline|disciplined|punish|punished|admonish|urge|coach) (all|the|every|our)? {person}
      + Remind all engineers to read the runbook.
      - Remind the bot to read the runbook.
    {person} ((will|must|should|shall|need to|needs to|has|have) be|(has|have) been|{be}) (reminded|retrained|reprimanded|disciplined|fired|dismissed|punished|suspended|sanctioned|warned|trained|re-trained|coached)
      + The developers will be retrained.
      - The model will be retrained.
    (more|additional|further|better|refresher|mandatory|continuous) training … (will|for|of|to|is|should)
      + More training will be given to increase awareness.
      - More training data will be kept.
    (emphasise|emphasize|stress|reinforce|reiterate|underline) … (importance|need)
      + Emphasize the importance of adhering to the policy.
      - The graph emphasizes the slow requests.
    (hold|held|holding) {person} (accountable|responsible)
      + Hold the team accountable for its alerts.
      - Hold the lock for ten seconds.
    (disciplinary|written warning|formal warning|performance plan|performance review|refresher)
      + Disciplinary action is being considered.
      - A written note is being considered.
    (think twice|try harder|pay more attention|pay closer attention|pay attention|take more care|double-check everything|take responsibility)
      + Operators must think twice before a failover.
      - Replicas must answer twice before a failover.
    (revoke|remove|withdraw|restrict) {persons} (access|rights|privileges|permissions)
      + Revoke the contractor’s access to production.
      - Revoke the token’s access to production.
    (adhere|adhering|adherence|comply|complying|stick) (strictly)? to (the|our|all)? {any}? (policy|policies|process|procedure|procedures|rules|guidelines|checklist)
      + Engineers must adhere to the procedure.
      - Packets adhere to the protocol.
  `,
})
