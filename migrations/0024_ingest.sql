-- What tools send by themselves: the bytes that are kept of it, the links that they are given, and where it went.

-- Bytes come in chunks, each stored on its own while the next one is on its way. An upload that never ended is swept.
CREATE TABLE evidence_uploads (
  id uuid PRIMARY KEY,
  started_at timestamptz(3) NOT NULL,
  is_open boolean NOT NULL DEFAULT true
);
CREATE INDEX evidence_uploads_open ON evidence_uploads (started_at) WHERE is_open;

CREATE TABLE evidence_chunks (
  upload uuid NOT NULL REFERENCES evidence_uploads (id) ON DELETE CASCADE,
  n integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (upload, n)
);

-- Bytes by their SHA-256. Those that nothing has ever cited are swept.
CREATE TABLE evidence (
  sha256 text COLLATE "C" PRIMARY KEY,
  media_type text NOT NULL,
  size integer NOT NULL,
  -- Has the bytes; null once they were taken out for good.
  upload uuid UNIQUE REFERENCES evidence_uploads (id) ON DELETE SET NULL,
  is_cited boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL,
  created_by text NOT NULL,
  redaction jsonb
);
CREATE INDEX evidence_uncited ON evidence (created_at) WHERE NOT is_cited AND redaction IS NULL;

-- A source may cite evidence; none has so far. No row gets a new version by this, as it would by an UPDATE. A size is computed
-- of the sources, so that its column is made anew.
CREATE FUNCTION with_evidence(source jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
  $$ SELECT '{"evidence": null}' || source $$;
CREATE FUNCTION all_with_evidence(sources jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
  $$ SELECT jsonb_agg(with_evidence(s) ORDER BY n) FROM jsonb_array_elements(sources) WITH ORDINALITY AS one (s, n) $$;
ALTER TABLE events
  DROP COLUMN octets,
  ALTER COLUMN sources TYPE jsonb USING all_with_evidence(sources),
  ALTER COLUMN dispute TYPE jsonb USING CASE
    WHEN jsonb_typeof(dispute -> 'resolution') = 'object'
      THEN jsonb_set(dispute, '{resolution,source}', with_evidence(dispute #> '{resolution,source}'))
    ELSE dispute END,
  ADD COLUMN octets integer NOT NULL
    GENERATED ALWAYS AS (octet_length(description) + octet_length(sources::text) + coalesce(octet_length(original::text), 0)) STORED;
CREATE INDEX events_timeline ON events (incident_id, corrected_at, ("precision" <> 'day'), id) INCLUDE (octets);
ALTER TABLE changes ALTER COLUMN verified_by_source TYPE jsonb USING with_evidence(verified_by_source);
DROP FUNCTION all_with_evidence, with_evidence;

-- Capability links: a secret in a URL, which can do one thing. Only its hash is stored; the secret with which the tool signs
-- is stored as it is, since the service has to compute signatures with it.
CREATE TABLE links (
  id text COLLATE "C" PRIMARY KEY,
  secret_sha256 text NOT NULL,
  name text NOT NULL,
  source text COLLATE "C" NOT NULL,
  -- Where all of it goes; no foreign key, since the incident may be deleted and the tool goes on sending.
  incident_id text COLLATE "C",
  unknown text COLLATE "C" NOT NULL CHECK (unknown IN ('inbox', 'draft')),
  draft_severity text COLLATE "C",
  signing_secret text,
  mapping jsonb,
  requests_per_minute integer CHECK (requests_per_minute BETWEEN 1 AND 1000000),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL,
  created_by text NOT NULL,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  revoked_by text
);
CREATE INDEX links_newest ON links (created_at DESC, id DESC);

-- Which incident a sender, the scope, means by its tool's own reference.
CREATE TABLE ingest_references (
  scope text COLLATE "C" NOT NULL,
  system text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  PRIMARY KEY (scope, system, id)
);
CREATE INDEX ingest_references_of_incident ON ingest_references (incident_id);

-- What waits for a person to say where it belongs.
CREATE TABLE inbox_entries (
  id uuid PRIMARY KEY,
  received_at timestamptz(3) NOT NULL,
  sender text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  -- The tool's own reference: its scope, system, id and address, and whether it recurs.
  reference jsonb,
  -- Of a new draft.
  title text NOT NULL,
  -- As POST …/events would take it, and what was changed so that it could.
  event jsonb NOT NULL,
  original jsonb,
  opens_spell boolean NOT NULL,
  series text COLLATE "C",
  is_firing boolean NOT NULL,
  -- The incident that it is for, where that does not take it.
  intended_incident_id text COLLATE "C",
  time_source text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'assigned', 'dismissed')),
  incident_id text COLLATE "C",
  event_id uuid,
  -- The request that assigned it, and others along with it.
  assigned_in text,
  dismissal text,
  redactions jsonb NOT NULL DEFAULT '[]',
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL
);
CREATE INDEX inbox_entries_event ON inbox_entries (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX inbox_entries_incident ON inbox_entries (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX inbox_entries_assigned ON inbox_entries (assigned_in) WHERE assigned_in IS NOT NULL;
CREATE INDEX inbox_entries_waiting ON inbox_entries (id) WHERE state = 'waiting';
CREATE INDEX inbox_entries_reference ON inbox_entries ((reference ->> 'system'), (reference ->> 'id')) WHERE state = 'waiting';

-- Where each delivery went, so that a repeat is answered from there.
CREATE TABLE ingest_deliveries (
  sender text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  content_sha256 text NOT NULL,
  -- What begins or ends by it, such as an alert, and which of both.
  series text COLLATE "C",
  is_firing boolean NOT NULL,
  incident_id text COLLATE "C",
  event_id uuid,
  inbox_id uuid,
  PRIMARY KEY (sender, source, key)
);
CREATE INDEX ingest_deliveries_inbox ON ingest_deliveries (inbox_id) WHERE inbox_id IS NOT NULL;
CREATE INDEX ingest_deliveries_incident ON ingest_deliveries (incident_id) WHERE incident_id IS NOT NULL;

-- What was assigned to a draft that is deleted, or to an amendment that is taken back, waits again.
CREATE FUNCTION return_to_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ingest_deliveries d SET incident_id = NULL, event_id = NULL
  FROM gone JOIN inbox_entries i ON i.event_id = gone.id WHERE d.inbox_id = i.id;
  UPDATE inbox_entries i
  SET state = 'waiting', incident_id = NULL, event_id = NULL, assigned_in = NULL, version = i.version + 1
  FROM gone WHERE i.event_id = gone.id;
  RETURN NULL;
END;
$$;
CREATE TRIGGER events_return_to_inbox AFTER DELETE ON events REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION return_to_inbox();

-- What a tool has sent to an incident that is deleted is as if it had never come: what is sent again finds its place anew.
CREATE FUNCTION forget_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM ingest_deliveries WHERE incident_id = OLD.id AND inbox_id IS NULL;
  RETURN NULL;
END;
$$;
CREATE TRIGGER incidents_forget_deliveries AFTER DELETE ON incidents
  FOR EACH ROW EXECUTE FUNCTION forget_deliveries();
