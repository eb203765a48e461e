-- The size of each event, and the events that the document always shows or counts: it reads no others of very many. Like
-- corrected_at the size is derived, so that no version and no image in the history has it.
DROP TRIGGER events_history ON events;
CREATE TRIGGER events_history BEFORE UPDATE OR DELETE ON events
  FOR EACH ROW EXECUTE FUNCTION record_history('event', 'incident_id', 'id', 'corrected_at,octets');

ALTER TABLE events ADD COLUMN octets integer NOT NULL
  GENERATED ALWAYS AS (octet_length(description) + octet_length(sources::text) + coalesce(octet_length(original::text), 0)) STORED;

DROP INDEX events_timeline;
CREATE INDEX events_timeline ON events (incident_id, corrected_at, ("precision" <> 'day'), id) INCLUDE (octets);
CREATE INDEX events_questioned ON events (incident_id)
  WHERE retraction IS NOT NULL OR dispute IS NOT NULL OR redactions <> '[]';
CREATE INDEX events_low ON events (incident_id) WHERE relevance = 'low' AND retraction IS NULL;
CREATE INDEX events_status_updates ON events (incident_id, corrected_at)
  WHERE kind = 'status_update' AND retraction IS NULL;
