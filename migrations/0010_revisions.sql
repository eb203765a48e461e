-- Final documents: what is sealed, and how it is corrected.

-- No document part of a sealed incident is written; it follows from the status and is no field of its own.
ALTER TABLE incidents ADD COLUMN sealed boolean NOT NULL GENERATED ALWAYS AS (status = 'final' AND NOT amending) STORED;
DROP TRIGGER incidents_history ON incidents;
CREATE TRIGGER incidents_history BEFORE UPDATE OR DELETE ON incidents
  FOR EACH ROW EXECUTE FUNCTION record_history('incident', 'id', 'id', 'sealed');

-- The reasons for which a final document is corrected; each ends with the next revision.
CREATE TABLE amendments (
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id),
  number integer NOT NULL,
  author text COLLATE "C" NOT NULL REFERENCES people (handle),
  reason text NOT NULL,
  amended_at timestamptz(3) NOT NULL,
  amended_by text NOT NULL,
  request_id text NOT NULL,
  PRIMARY KEY (incident_id, number)
);

-- Drawn last, under a lock held to the commit, so that numbers commit in their order.
CREATE SEQUENCE revision_sequence;

CREATE TABLE revisions (
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id),
  number integer NOT NULL,
  sequence bigint NOT NULL UNIQUE,
  -- The bytes, as text: canonical JSON (RFC 8785), and Markdown. Each hash is of the UTF-8.
  json text NOT NULL,
  json_sha256 text NOT NULL,
  markdown text NOT NULL,
  markdown_sha256 text NOT NULL,
  renderer integer NOT NULL,
  sealed_at timestamptz(3) NOT NULL,
  sealed_by text NOT NULL,
  request_id text NOT NULL,
  PRIMARY KEY (incident_id, number)
);

-- Secrets that were taken out: who, when, why, and the hashes of each revision before and after.
CREATE TABLE redactions (
  id uuid PRIMARY KEY,
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  event_id uuid NOT NULL,
  pointers text[] NOT NULL,
  reason text NOT NULL,
  revisions jsonb NOT NULL,
  redacted_at timestamptz(3) NOT NULL,
  redacted_by text NOT NULL,
  request_id text NOT NULL
);
CREATE INDEX redactions_of_incident ON redactions (incident_id, redacted_at);
ALTER TABLE events ADD COLUMN redaction jsonb;

-- A revision never changes, but for a redaction that is on record with exactly these hashes.
CREATE FUNCTION keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['sequence', 'json', 'json_sha256', 'markdown', 'markdown_sha256', 'renderer']
      = to_jsonb(OLD) - ARRAY['sequence', 'json', 'json_sha256', 'markdown', 'markdown_sha256', 'renderer']
    AND NEW.sequence > OLD.sequence
    AND NEW.json_sha256 = encode(sha256(convert_to(NEW.json, 'UTF8')), 'hex')
    AND NEW.markdown_sha256 = encode(sha256(convert_to(NEW.markdown, 'UTF8')), 'hex')
    AND EXISTS (
      SELECT FROM redactions, jsonb_array_elements(revisions) AS r
      WHERE incident_id = OLD.incident_id AND r @> jsonb_build_object(
        'number', OLD.number,
        'before', jsonb_build_object('json_sha256', OLD.json_sha256, 'markdown_sha256', OLD.markdown_sha256),
        'after', jsonb_build_object('json_sha256', NEW.json_sha256, 'markdown_sha256', NEW.markdown_sha256)))
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a revision is never changed or deleted' USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER revisions_stay BEFORE UPDATE OR DELETE ON revisions
  FOR EACH ROW EXECUTE FUNCTION keep_revision();
CREATE TRIGGER revisions_stay_all BEFORE TRUNCATE ON revisions
  FOR EACH STATEMENT EXECUTE FUNCTION keep_revision();
