-- The lesson wired back into an SLO, an alert rule or a runbook, as the texts before and after.
CREATE TABLE changes (
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  number integer NOT NULL,
  target_kind text COLLATE "C" NOT NULL,
  target text NOT NULL,
  before text,
  after text,
  url text,
  status text COLLATE "C" NOT NULL CHECK (status IN ('proposed', 'applied', 'verified')),
  verified_by_source jsonb,
  -- The number of an action item, which is never deleted.
  action_item integer,
  factors integer[] NOT NULL,
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  request_id text NOT NULL,
  PRIMARY KEY (incident_id, number),
  CHECK ((status = 'verified') = (verified_by_source IS NOT NULL)),
  CHECK (action_item IS NOT NULL OR cardinality(factors) > 0)
);
CREATE TRIGGER changes_history BEFORE UPDATE OR DELETE ON changes
  FOR EACH ROW EXECUTE FUNCTION record_history('change', 'incident_id', 'number', '');
