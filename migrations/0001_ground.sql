-- History, counters and tokens: what every other table stands on.

-- The old row of every update and every delete. Rows and history together are the audit.
CREATE TABLE history (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  resource text NOT NULL,
  incident_id text COLLATE "C",
  id text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  image jsonb NOT NULL,
  -- Who deleted the row; null where the next version says who changed it.
  deletion jsonb
);
CREATE INDEX history_of_incident ON history (incident_id, seq) WHERE incident_id IS NOT NULL;

-- BEFORE UPDATE OR DELETE trigger. Arguments: the resource's name, its incident column ('' when none), its id column,
-- and the derived columns (comma-separated), whose change alone is no change.
CREATE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  row_facts CONSTANT text[] := ARRAY['version', 'changed_by', 'changed_at', 'request_id'];
  derived CONSTANT text[] := string_to_array(TG_ARGV[3], ',');
  image CONSTANT jsonb := to_jsonb(OLD) - derived;
  changed jsonb;
  deletion jsonb;
BEGIN
  IF TG_OP = 'DELETE' THEN
    deletion := nullif(current_setting('debrief.deletion', true), '')::jsonb;
    IF deletion IS NULL THEN
      RAISE EXCEPTION 'a row of % is deleted without saying who deletes it', TG_TABLE_NAME;
    END IF;
  ELSE
    changed := to_jsonb(NEW) - derived;
    IF changed - row_facts = image - row_facts THEN
      NEW.version := OLD.version;
      NEW.changed_by := OLD.changed_by;
      NEW.changed_at := OLD.changed_at;
      NEW.request_id := OLD.request_id;
      RETURN NEW;
    END IF;
    NEW.version := OLD.version + 1;
  END IF;
  INSERT INTO history (resource, incident_id, id, version, image, deletion)
  VALUES (TG_ARGV[0], image ->> TG_ARGV[1], image ->> TG_ARGV[2], OLD.version, image, deletion);
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END;
$$;

-- API tokens. Only the hash is stored: the secret is random and shown once.
CREATE TABLE tokens (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('admin', 'review', 'write', 'read', 'events:write')),
  person text COLLATE "C",
  secret_sha256 text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3),
  revoked_at timestamptz(3)
);
