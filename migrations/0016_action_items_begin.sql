-- A proposed item needs a title alone; what else is asked of one depends on its status, as in rules.ts.
ALTER TABLE action_items
  ALTER COLUMN owner DROP NOT NULL,
  ALTER COLUMN due_on DROP NOT NULL,
  ALTER COLUMN priority DROP NOT NULL,
  DROP CONSTRAINT action_items_factors_check,
  ADD CONSTRAINT action_items_needs CHECK (CASE
    WHEN status IN ('open', 'in_progress')
      THEN owner IS NOT NULL AND due_on IS NOT NULL AND priority IS NOT NULL AND cardinality(factors) > 0
    WHEN status = 'done' THEN owner IS NOT NULL AND cardinality(factors) > 0
    ELSE true END),
  -- Several addresses, and the day on which it was done: of what was told before, the day of telling. No row gets a new
  -- version by this, as it would by an UPDATE.
  ALTER COLUMN closure TYPE jsonb USING closure - 'evidence_url' || jsonb_build_object(
    'evidence_urls', jsonb_path_query_array(closure, '$.evidence_url ? (@ != null)'),
    'done_on', CASE WHEN closure ->> 'outcome' = 'done' THEN left(closure ->> 'at', 10) END);

-- The plain list, whatever the status, down and up: what has no due date comes last in both.
DROP INDEX action_items_by_due_date;
CREATE INDEX action_items_by_due_date ON action_items (coalesce(due_on, 'infinity'), incident_id, number);
CREATE INDEX action_items_by_due_date_down ON action_items (coalesce(due_on, '-infinity'), incident_id, number);
