CREATE TABLE action_items (
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  number integer NOT NULL,
  title text NOT NULL,
  owner text COLLATE "C" NOT NULL REFERENCES people (handle),
  due_on date NOT NULL,
  priority text COLLATE "C" NOT NULL CHECK (priority IN ('P0', 'P1', 'P2', 'P3')),
  type text,
  factors integer[] NOT NULL CHECK (cardinality(factors) > 0),
  status text NOT NULL CHECK (status IN ('proposed', 'open', 'in_progress', 'done', 'cancelled')),
  done_when text,
  tracker jsonb,
  acceptance jsonb,
  closure jsonb,
  deferrals jsonb NOT NULL DEFAULT '[]',
  effectiveness jsonb,
  created_at timestamptz(3) NOT NULL,
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  request_id text NOT NULL,
  PRIMARY KEY (incident_id, number)
);
CREATE TRIGGER action_items_history BEFORE UPDATE OR DELETE ON action_items
  FOR EACH ROW EXECUTE FUNCTION record_history('action_item', 'incident_id', 'number', '');

-- What dashboards ask again and again: what is overdue, of all, of one owner, of one priority.
CREATE INDEX action_items_live ON action_items (due_on, incident_id, number) WHERE status IN ('open', 'in_progress');
CREATE INDEX action_items_live_by_owner ON action_items (owner, due_on, incident_id, number)
  WHERE status IN ('open', 'in_progress');
CREATE INDEX action_items_live_by_priority ON action_items (priority, due_on, incident_id, number)
  WHERE status IN ('open', 'in_progress');
-- The plain list of all items, whatever their status.
CREATE INDEX action_items_by_due_date ON action_items (due_on, incident_id, number);
