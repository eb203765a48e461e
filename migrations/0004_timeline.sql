CREATE TABLE events (
  id uuid PRIMARY KEY,
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  occurred_at timestamptz(3) NOT NULL,
  -- occurred_at less the clock offset of the source system; derived.
  corrected_at timestamptz(3) NOT NULL,
  "precision" text NOT NULL,
  kind text NOT NULL,
  milestone text,
  description text NOT NULL,
  role text,
  sources jsonb NOT NULL CHECK (jsonb_array_length(sources) BETWEEN 1 AND 20),
  source_system text COLLATE "C" NOT NULL,
  dedupe_key text COLLATE "C" NOT NULL,
  -- Of the body as it was first sent: it tells a replay from another event under the same key.
  content_sha256 text NOT NULL,
  retraction jsonb,
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  request_id text NOT NULL,
  CONSTRAINT events_dedupe UNIQUE (incident_id, source_system, dedupe_key)
);
CREATE INDEX events_timeline ON events (incident_id, corrected_at, id);
CREATE UNIQUE INDEX events_milestone ON events (incident_id, milestone) WHERE milestone IS NOT NULL AND retraction IS NULL;
CREATE TRIGGER events_history BEFORE UPDATE OR DELETE ON events
  FOR EACH ROW EXECUTE FUNCTION record_history('event', 'incident_id', 'id', 'corrected_at');
