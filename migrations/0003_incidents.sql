CREATE TABLE incidents (
  id text COLLATE "C" PRIMARY KEY,
  title text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('SEV1', 'SEV2', 'SEV3', 'SEV4', 'SEV5')),
  occurred_on date NOT NULL,
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'in_review', 'final')),
  amending boolean NOT NULL DEFAULT false,
  summary jsonb NOT NULL DEFAULT '{}',
  impact jsonb NOT NULL DEFAULT '{}',
  services text[] NOT NULL DEFAULT '{}',
  labels jsonb NOT NULL DEFAULT '{}',
  authors text[] NOT NULL DEFAULT '{}',
  roles jsonb NOT NULL DEFAULT '[]',
  status_update_cadence_minutes integer,
  clock_offsets jsonb NOT NULL DEFAULT '{}',
  went_well text[] NOT NULL DEFAULT '{}',
  went_poorly text[] NOT NULL DEFAULT '{}',
  got_lucky text[] NOT NULL DEFAULT '{}',
  external_refs jsonb NOT NULL DEFAULT '[]',
  related jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz(3) NOT NULL,
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  request_id text NOT NULL
);
CREATE INDEX incidents_newest ON incidents (occurred_on DESC, id DESC);
CREATE TRIGGER incidents_history BEFORE UPDATE OR DELETE ON incidents
  FOR EACH ROW EXECUTE FUNCTION record_history('incident', 'id', 'id', '');

-- The external references of all incidents, so that one is never claimed twice. Derived from incidents.external_refs.
CREATE TABLE external_refs (
  system text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  PRIMARY KEY (system, id)
);
CREATE INDEX external_refs_of_incident ON external_refs (incident_id);

CREATE FUNCTION derive_external_refs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM external_refs WHERE incident_id = NEW.id;
  INSERT INTO external_refs (system, id, incident_id)
  SELECT ref ->> 'system', ref ->> 'id', NEW.id FROM jsonb_array_elements(NEW.external_refs) AS ref;
  RETURN NULL;
END;
$$;
CREATE TRIGGER incidents_external_refs AFTER INSERT OR UPDATE OF external_refs ON incidents
  FOR EACH ROW EXECUTE FUNCTION derive_external_refs();

-- The last number given to a factor or an action item of an incident; a number is never used again.
CREATE TABLE counters (
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  kind text NOT NULL,
  value integer NOT NULL,
  PRIMARY KEY (incident_id, kind)
);
