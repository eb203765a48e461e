CREATE TABLE factors (
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  number integer NOT NULL,
  category text NOT NULL,
  statement text NOT NULL,
  events uuid[] NOT NULL DEFAULT '{}',
  counterfactual jsonb,
  effect text,
  disposition text,
  disposition_reason text,
  recurs jsonb,
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  request_id text NOT NULL,
  PRIMARY KEY (incident_id, number)
);
CREATE TRIGGER factors_history BEFORE UPDATE OR DELETE ON factors
  FOR EACH ROW EXECUTE FUNCTION record_history('factor', 'incident_id', 'number', '');
