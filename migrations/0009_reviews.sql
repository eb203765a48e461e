-- What the review adds: disputes, the record of the review, and waivers of checks.

ALTER TABLE events ADD COLUMN dispute jsonb;

CREATE TABLE reviews (
  incident_id text COLLATE "C" PRIMARY KEY REFERENCES incidents (id) ON DELETE CASCADE,
  held_at timestamptz(3) NOT NULL,
  facilitator text COLLATE "C" NOT NULL REFERENCES people (handle),
  attendees text[] NOT NULL,
  decisions jsonb NOT NULL,
  reframings jsonb NOT NULL,
  recording_url text,
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  request_id text NOT NULL
);
CREATE TRIGGER reviews_history BEFORE UPDATE OR DELETE ON reviews
  FOR EACH ROW EXECUTE FUNCTION record_history('review', 'incident_id', 'incident_id', '');

CREATE TABLE waivers (
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  code text COLLATE "C" NOT NULL,
  reason text NOT NULL,
  -- Of BLAME_LANGUAGE only: the texts that the waiver is about.
  findings jsonb NOT NULL,
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  request_id text NOT NULL,
  PRIMARY KEY (incident_id, code)
);
CREATE TRIGGER waivers_history BEFORE UPDATE OR DELETE ON waivers
  FOR EACH ROW EXECUTE FUNCTION record_history('waiver', 'incident_id', 'code', '');
