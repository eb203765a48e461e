-- What an incident was: which checks apply depends on it.
ALTER TABLE incidents ADD COLUMN nature text NOT NULL DEFAULT 'incident'
  CHECK (nature IN ('incident', 'near_miss', 'false_alarm', 'vulnerability', 'exercise'));
CREATE INDEX incidents_by_nature ON incidents (nature COLLATE "C", occurred_on, id);

-- Only what had an impact must be graded.
ALTER TABLE incidents ALTER COLUMN severity DROP NOT NULL;
ALTER TABLE incidents ADD CONSTRAINT incidents_severity_of_impact
  CHECK (severity IS NOT NULL OR nature IN ('near_miss', 'false_alarm', 'vulnerability'));
-- A list by severity has those without one last, whichever way it is sorted.
CREATE INDEX incidents_by_severity_up ON incidents (coalesce(severity, '~') COLLATE "C", occurred_on, id);
CREATE INDEX incidents_by_severity_down ON incidents (coalesce(severity, '') COLLATE "C", occurred_on, id);

ALTER TABLE incidents ADD COLUMN lang text;
ALTER TABLE incidents ADD COLUMN sections jsonb NOT NULL DEFAULT '[]';

-- Those that are stored get the new field without a new version: a change of the column's type runs no trigger.
DROP TRIGGER incidents_external_refs ON incidents;
CREATE FUNCTION with_shared(refs jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_agg(ref || '{"shared": false}' ORDER BY place), '[]')
  FROM jsonb_array_elements(refs) WITH ORDINALITY AS r (ref, place)
$$;
ALTER TABLE incidents ALTER COLUMN external_refs TYPE jsonb USING with_shared(external_refs);
DROP FUNCTION with_shared(jsonb);

-- A reference is one incident's, or shared by all that have it.
ALTER TABLE external_refs ADD COLUMN shared boolean NOT NULL DEFAULT false;
ALTER TABLE external_refs DROP CONSTRAINT external_refs_pkey;
ALTER TABLE external_refs ADD PRIMARY KEY (system, id, incident_id);
CREATE UNIQUE INDEX external_refs_unshared ON external_refs (system, id) WHERE NOT shared;

CREATE OR REPLACE FUNCTION derive_external_refs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  key bigint;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.external_refs = OLD.external_refs THEN
    RETURN NULL;
  END IF;
  -- No index can hold that a reference is not both shared and unshared: whoever claims one waits for those before. In one
  -- order, so that two who claim several do not wait for each other.
  FOR key IN
    SELECT DISTINCT hashtextextended((ref ->> 'system') || ':' || (ref ->> 'id'), 2) AS hash
    FROM jsonb_array_elements(NEW.external_refs) AS ref ORDER BY hash
  LOOP
    PERFORM pg_advisory_xact_lock(key);
  END LOOP;
  DELETE FROM external_refs WHERE incident_id = NEW.id;
  INSERT INTO external_refs (system, id, incident_id, shared)
  SELECT ref ->> 'system', ref ->> 'id', NEW.id, (ref ->> 'shared')::boolean
  FROM jsonb_array_elements(NEW.external_refs) AS ref;
  IF EXISTS (
    SELECT FROM external_refs own JOIN external_refs other USING (system, id)
    WHERE own.incident_id = NEW.id AND other.incident_id <> NEW.id AND own.shared <> other.shared
  ) THEN
    RAISE unique_violation USING MESSAGE = 'a reference is shared by one incident and not by another';
  END IF;
  RETURN NULL;
END;
$$;
CREATE TRIGGER incidents_external_refs AFTER INSERT OR UPDATE OF external_refs ON incidents
  FOR EACH ROW EXECUTE FUNCTION derive_external_refs();
