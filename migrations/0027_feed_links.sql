-- A capability link may read a list in place of posting to a source: then it has a feed and the filter of that.
ALTER TABLE links
  ALTER COLUMN source DROP NOT NULL,
  ALTER COLUMN unknown DROP NOT NULL,
  ADD COLUMN feed text COLLATE "C",
  ADD COLUMN filter jsonb,
  ADD CONSTRAINT links_one_thing CHECK (
    CASE WHEN feed IS NULL THEN source IS NOT NULL AND unknown IS NOT NULL AND filter IS NULL
    ELSE filter IS NOT NULL AND num_nonnulls(source, incident_id, unknown, draft_severity, signing_secret, mapping) = 0 END
  );
