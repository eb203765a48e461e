-- What an incident was: which checks apply depends on it.
ALTER TABLE incidents ADD COLUMN nature text NOT NULL DEFAULT 'incident'
  CHECK (nature IN ('incident', 'near_miss', 'false_alarm', 'vulnerability', 'exercise'));
CREATE INDEX incidents_by_nature ON incidents (nature COLLATE "C", occurred_on, id);
