-- What tools send by themselves: the bytes that are kept of it, the links that they are given, and where it went.

-- Bytes by their SHA-256. Those that nothing has ever cited are swept.
CREATE TABLE evidence (
  sha256 text COLLATE "C" PRIMARY KEY,
  media_type text NOT NULL,
  size integer NOT NULL,
  -- Of its chunks; null when the bytes were taken out for good.
  upload uuid,
  is_cited boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL,
  created_by text NOT NULL,
  redaction jsonb
);
CREATE INDEX evidence_uncited ON evidence (created_at) WHERE NOT is_cited;

-- Chunks are stored while they come, each on its own; those of an upload that never ended are swept.
CREATE TABLE evidence_chunks (
  upload uuid NOT NULL,
  n integer NOT NULL,
  bytes bytea NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (upload, n)
);
CREATE INDEX evidence_chunks_oldest ON evidence_chunks (created_at);

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

-- Which incident a tool means by its own reference. One that recurs is known within its scope, which is the sender.
CREATE TABLE ingest_references (
  scope text COLLATE "C" NOT NULL,
  system text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  bound_at timestamptz(3) NOT NULL,
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
  -- The scope, the system, the id and the address of the tool's own reference.
  reference jsonb,
  -- Of a new draft. Null once assigned, as the event is: its texts went along.
  title text,
  -- As POST …/events would take it, and what was changed so that it could.
  event jsonb,
  original jsonb,
  opens_spell boolean NOT NULL,
  time_source text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'assigned', 'dismissed')),
  incident_id text COLLATE "C",
  event_id uuid,
  dismissal text,
  redactions jsonb NOT NULL DEFAULT '[]',
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  request_id text NOT NULL
);
CREATE INDEX inbox_entries_waiting ON inbox_entries (id) WHERE state = 'waiting';
CREATE INDEX inbox_entries_reference ON inbox_entries ((reference ->> 'system'), (reference ->> 'id')) WHERE state = 'waiting';

-- Where each delivery went, so that a repeat is answered from there.
CREATE TABLE ingest_deliveries (
  sender text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  content_sha256 text NOT NULL,
  received_at timestamptz(3) NOT NULL,
  -- What it is one of, such as an alert that fires again and again.
  series text COLLATE "C",
  incident_id text COLLATE "C",
  event_id uuid,
  inbox_id uuid,
  PRIMARY KEY (sender, source, key)
);
CREATE INDEX ingest_deliveries_inbox ON ingest_deliveries (inbox_id) WHERE inbox_id IS NOT NULL;
CREATE INDEX ingest_deliveries_series ON ingest_deliveries (incident_id, series) WHERE series IS NOT NULL;
