-- The order of all changes, which time does not give where the clock went back. It is a fact of a row like its version: the
-- images in the history have it, and a deletion has one of its own. 0 is what was stored before; it comes first, by time.
CREATE SEQUENCE change_sequence;

ALTER TABLE teams ADD COLUMN sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE incidents ADD COLUMN sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE factors ADD COLUMN sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE action_items ADD COLUMN sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE changes ADD COLUMN sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE reviews ADD COLUMN sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE waivers ADD COLUMN sequence bigint NOT NULL DEFAULT 0;

ALTER TABLE teams ALTER COLUMN sequence SET DEFAULT nextval('change_sequence');
ALTER TABLE people ALTER COLUMN sequence SET DEFAULT nextval('change_sequence');
ALTER TABLE incidents ALTER COLUMN sequence SET DEFAULT nextval('change_sequence');
ALTER TABLE events ALTER COLUMN sequence SET DEFAULT nextval('change_sequence');
ALTER TABLE factors ALTER COLUMN sequence SET DEFAULT nextval('change_sequence');
ALTER TABLE action_items ALTER COLUMN sequence SET DEFAULT nextval('change_sequence');
ALTER TABLE changes ALTER COLUMN sequence SET DEFAULT nextval('change_sequence');
ALTER TABLE reviews ALTER COLUMN sequence SET DEFAULT nextval('change_sequence');
ALTER TABLE waivers ALTER COLUMN sequence SET DEFAULT nextval('change_sequence');

-- As before, with the sequence.
CREATE OR REPLACE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  row_facts CONSTANT text[] := ARRAY['version', 'changed_by', 'changed_at', 'request_id', 'sequence'];
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
    deletion := deletion || jsonb_build_object('sequence', nextval('change_sequence'));
  ELSE
    changed := to_jsonb(NEW) - derived;
    IF changed - row_facts = image - row_facts THEN
      NEW.version := OLD.version;
      NEW.changed_by := OLD.changed_by;
      NEW.changed_at := OLD.changed_at;
      NEW.request_id := OLD.request_id;
      NEW.sequence := OLD.sequence;
      RETURN NEW;
    END IF;
    NEW.version := OLD.version + 1;
    NEW.sequence := nextval('change_sequence');
  END IF;
  INSERT INTO history (resource, incident_id, id, version, image, deletion)
  VALUES (TG_ARGV[0], image ->> TG_ARGV[1], image ->> TG_ARGV[2], OLD.version, image, deletion);
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END;
$$;
