-- Each redaction of an event keeps its own tombstone. No row is updated, so that no event gets another version by it.
ALTER TABLE events
  ALTER COLUMN redaction TYPE jsonb USING CASE WHEN redaction IS NULL THEN '[]' ELSE jsonb_build_array(redaction) END,
  ALTER COLUMN redaction SET DEFAULT '[]',
  ALTER COLUMN redaction SET NOT NULL;
ALTER TABLE events RENAME COLUMN redaction TO redactions;
