-- An export says what is new since a sequence number, and why.

-- Which evidence a revision cites; the sequence number under which it was sealed, while `sequence` moves with each redaction.
ALTER TABLE revisions
  ADD COLUMN evidence text[] COLLATE "C" NOT NULL DEFAULT '{}',
  ADD COLUMN sealed_sequence bigint;

-- The first number of a redacted revision is lost. It was less than that of the next one that was sealed.
ALTER TABLE revisions DISABLE TRIGGER revisions_stay;
WITH redacted AS (
  SELECT DISTINCT incident_id, (x ->> 'number')::integer AS number FROM redactions, jsonb_array_elements(revisions) x
), kept AS (
  SELECT sequence, sealed_at FROM revisions r
  WHERE NOT EXISTS (SELECT FROM redacted d WHERE d.incident_id = r.incident_id AND d.number = r.number)
)
UPDATE revisions r SET sealed_sequence = greatest(1, least(r.sequence, (
  SELECT min(k.sequence) - 1 FROM kept k WHERE k.sealed_at > r.sealed_at AND (r.incident_id, r.number) IN (TABLE redacted))));
UPDATE revisions SET evidence = ARRAY (SELECT e ->> 'sha256' FROM json_array_elements(json::json -> 'evidence') e)
  WHERE json LIKE '%"evidence":[{%';
ALTER TABLE revisions ENABLE TRIGGER revisions_stay;
ALTER TABLE revisions ALTER COLUMN sealed_sequence SET NOT NULL;
CREATE INDEX revisions_evidence ON revisions USING gin (evidence);

-- Call it last: the lock lasts to the end of the transaction, so that numbers commit in their order.
CREATE FUNCTION next_revision_sequence() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7261744);
  RETURN nextval('revision_sequence');
END;
$$;

-- A revision never changes, but for a redaction that is on record with exactly these hashes; and it moves, for one of evidence
-- that it cites.
CREATE OR REPLACE FUNCTION keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['sequence', 'json', 'json_sha256', 'markdown', 'markdown_sha256', 'renderer']
      = to_jsonb(OLD) - ARRAY['sequence', 'json', 'json_sha256', 'markdown', 'markdown_sha256', 'renderer']
    AND NEW.sequence > OLD.sequence
    AND NEW.json_sha256 = encode(sha256(convert_to(NEW.json, 'UTF8')), 'hex')
    AND NEW.markdown_sha256 = encode(sha256(convert_to(NEW.markdown, 'UTF8')), 'hex')
    AND EXISTS (
      SELECT FROM redactions, jsonb_array_elements(revisions) AS r
      WHERE incident_id = OLD.incident_id AND r @> jsonb_build_object(
        'number', OLD.number,
        'before', jsonb_build_object('json_sha256', OLD.json_sha256, 'markdown_sha256', OLD.markdown_sha256),
        'after', jsonb_build_object('json_sha256', NEW.json_sha256, 'markdown_sha256', NEW.markdown_sha256)))
  THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'sequence' = to_jsonb(OLD) - 'sequence' AND NEW.sequence > OLD.sequence
    AND EXISTS (SELECT FROM evidence e WHERE e.sha256 = ANY (OLD.evidence) AND e.redaction IS NOT NULL)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a revision is never changed or deleted' USING ERRCODE = 'restrict_violation';
END;
$$;
