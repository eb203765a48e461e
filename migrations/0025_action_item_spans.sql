-- When each action item was open and by when it was due then, so that what was overdue is known of every past day.

-- In the order in which a write of an item takes them, so that none waits for the other.
LOCK TABLE action_items, history IN SHARE ROW EXCLUSIVE MODE;

-- A span is a time in which an item was open or in progress with one due date. Derived from the item and its history.
CREATE TABLE action_item_spans (
  incident_id text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  -- The item's version that began it.
  version integer NOT NULL,
  from_at timestamptz(3) NOT NULL,
  -- Null while it goes on. That of an item which was never open, and is closed, is empty.
  to_at timestamptz(3),
  -- When the item was done, which may be told later: it counts as open no more from this day on.
  done_on date,
  due_on date,
  -- Whether it ended because the item was closed.
  is_closed boolean NOT NULL,
  -- Finds the spans of a time; begins before the end of the day on which the item was done, in any zone.
  during tstzrange NOT NULL
    GENERATED ALWAYS AS (tstzrange(least(from_at, done_on::timestamp AT TIME ZONE 'UTC'), to_at, '[]')) STORED,
  PRIMARY KEY (incident_id, number, version),
  FOREIGN KEY (incident_id, number) REFERENCES action_items ON DELETE CASCADE
);

-- The versions of one item, of as many of others and of events as its incident may have.
CREATE INDEX history_of_action_item ON history (incident_id, id) WHERE resource = 'action_item';

-- What the table holds. A life of an item ends when it is reopened. Time never goes back here, as a clock may.
CREATE VIEW derived_action_item_spans AS
WITH versions AS (
  SELECT incident_id, id, version, image ->> 'status' AS status, (image ->> 'due_on')::date AS due_on,
    image -> 'closure' AS closure, (image ->> 'changed_at')::timestamptz(3) AS changed_at
  FROM history WHERE resource = 'action_item' AND deletion IS NULL
  UNION ALL
  SELECT incident_id, number::text COLLATE "C", version, status, due_on, closure, changed_at FROM action_items
), states AS (
  SELECT incident_id, id, version, due_on, max(changed_at) OVER item AS at, lag(due_on) OVER item AS former_due_on,
    status IN ('open', 'in_progress') AS is_open, lag(status IN ('open', 'in_progress'), 1, false) OVER item AS was_open,
    status IN ('done', 'cancelled') AS is_closed, lag(status IN ('done', 'cancelled'), 1, false) OVER item AS was_closed,
    CASE closure ->> 'outcome' WHEN 'done'
      THEN coalesce(closure ->> 'done_on', left(closure ->> 'at', 10))::date END AS done_on
  FROM versions WINDOW item AS (PARTITION BY incident_id, id ORDER BY version)
), lives AS (
  SELECT *, count(*) FILTER (WHERE was_closed AND NOT is_closed) OVER item AS life
  FROM states WINDOW item AS (PARTITION BY incident_id, id ORDER BY version)
), ends AS (
  SELECT *, last_value(done_on) OVER (PARTITION BY incident_id, id, life ORDER BY version
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS done_at_last
  FROM lives
), spans AS (
  SELECT *, lead(at) OVER item AS ended_at, lead(is_closed) OVER item AS is_then_closed
  FROM ends
  WHERE is_open <> was_open OR is_closed <> was_closed OR (is_open AND due_on <> former_due_on)
  WINDOW item AS (PARTITION BY incident_id, id ORDER BY version)
)
SELECT incident_id, id, id::integer AS number, version, at AS from_at,
  CASE WHEN is_closed THEN at ELSE ended_at END AS to_at, done_at_last AS done_on, due_on,
  is_closed OR coalesce(is_then_closed, false) AS is_closed
FROM spans
WHERE (is_open AND (ended_at IS DISTINCT FROM at OR is_then_closed)) OR (is_closed AND NOT was_open);

INSERT INTO action_item_spans (incident_id, number, version, from_at, to_at, done_on, due_on, is_closed)
SELECT s.incident_id, s.number, s.version, s.from_at, s.to_at, s.done_on, s.due_on, s.is_closed
FROM derived_action_item_spans s JOIN action_items USING (incident_id, number);
CREATE INDEX action_item_spans_during ON action_item_spans USING gist (during);

-- The same as the view says of an item that has no history.
CREATE FUNCTION begin_action_item_spans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO action_item_spans (incident_id, number, version, from_at, to_at, done_on, due_on, is_closed)
  SELECT incident_id, number, version, changed_at, CASE WHEN closed THEN changed_at END,
    CASE closure ->> 'outcome' WHEN 'done' THEN (closure ->> 'done_on')::date END, due_on, closed
  FROM added, LATERAL (SELECT status IN ('done', 'cancelled') AS closed) s
  WHERE status <> 'proposed';
  RETURN NULL;
END;
$$;
CREATE TRIGGER action_items_begin_spans AFTER INSERT ON action_items REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION begin_action_item_spans();

CREATE FUNCTION derive_action_item_spans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM action_item_spans WHERE incident_id = NEW.incident_id AND number = NEW.number;
  INSERT INTO action_item_spans (incident_id, number, version, from_at, to_at, done_on, due_on, is_closed)
  SELECT incident_id, number, version, from_at, to_at, done_on, due_on, is_closed
  FROM derived_action_item_spans WHERE incident_id = NEW.incident_id AND id = NEW.number::text;
  RETURN NULL;
END;
$$;
CREATE TRIGGER action_items_derive_spans AFTER UPDATE ON action_items FOR EACH ROW
  WHEN ((OLD.status, OLD.due_on, OLD.closure) IS DISTINCT FROM (NEW.status, NEW.due_on, NEW.closure))
  EXECUTE FUNCTION derive_action_item_spans();
