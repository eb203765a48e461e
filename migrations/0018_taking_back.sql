-- What is taken back: amendments that lead to no revision, and secrets in whatever carries a text.

-- The revision that an amendment leads to; one that is withdrawn leads to none, and its row stays with who and when.
ALTER TABLE amendments ADD COLUMN revision integer, ADD COLUMN withdrawn jsonb;
UPDATE amendments SET revision = number + 1;
ALTER TABLE amendments ALTER COLUMN revision SET NOT NULL;
CREATE UNIQUE INDEX amendments_of_revision ON amendments (incident_id, revision) WHERE withdrawn IS NULL;

-- A secret is taken out of an event, or of anything else that carries texts: resource and resource_id are as in the
-- history, an action item by its number. The record stays when a draft is deleted, since its history does.
ALTER TABLE redactions DROP CONSTRAINT redactions_incident_id_fkey;
ALTER TABLE redactions RENAME COLUMN event_id TO resource_id;
ALTER TABLE redactions
  ALTER COLUMN resource_id TYPE text COLLATE "C",
  ADD COLUMN resource text COLLATE "C" NOT NULL DEFAULT 'event';
ALTER TABLE redactions ALTER COLUMN resource DROP DEFAULT;
