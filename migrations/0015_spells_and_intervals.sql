-- Incidents come in spells, and times are known more or less well. No row is updated, so that no event gets another version.
DROP INDEX events_milestone;
ALTER TABLE events
  ALTER COLUMN milestone TYPE text[] USING CASE WHEN milestone IS NULL THEN '{}'::text[] ELSE ARRAY[milestone] END,
  ALTER COLUMN milestone SET DEFAULT '{}',
  ALTER COLUMN milestone SET NOT NULL,
  ADD COLUMN spell integer NOT NULL DEFAULT 1,
  ADD COLUMN occurred_until timestamptz(3),
  ADD COLUMN between boolean NOT NULL DEFAULT false,
  ADD COLUMN relevance text NOT NULL DEFAULT 'normal';
ALTER TABLE events RENAME COLUMN milestone TO milestones;

-- One live event for each milestone of a spell.
CREATE UNIQUE INDEX events_impact_started ON events (incident_id, spell)
  WHERE 'impact_started' = ANY (milestones) AND retraction IS NULL;
CREATE UNIQUE INDEX events_detected ON events (incident_id, spell)
  WHERE 'detected' = ANY (milestones) AND retraction IS NULL;
CREATE UNIQUE INDEX events_acknowledged ON events (incident_id, spell)
  WHERE 'acknowledged' = ANY (milestones) AND retraction IS NULL;
CREATE UNIQUE INDEX events_mitigated ON events (incident_id, spell)
  WHERE 'mitigated' = ANY (milestones) AND retraction IS NULL;
CREATE UNIQUE INDEX events_resolved ON events (incident_id, spell)
  WHERE 'resolved' = ANY (milestones) AND retraction IS NULL;
-- The last spell, from which an incident's phase is computed.
CREATE INDEX events_marked ON events (incident_id, spell) WHERE milestones <> '{}' AND retraction IS NULL;

-- By corrected time; what is known to the day comes first in its day.
DROP INDEX events_timeline;
CREATE INDEX events_timeline ON events (incident_id, corrected_at, ("precision" <> 'day'), id);
