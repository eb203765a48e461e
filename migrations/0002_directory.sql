-- People and teams. They share one space of handles, so that a handle means one thing.

CREATE TABLE handles (
  handle text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('person', 'team')),
  UNIQUE (handle, kind)
);

CREATE TABLE teams (
  handle text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL DEFAULT 'team' CHECK (kind = 'team'),
  name text NOT NULL,
  email text,
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  request_id text NOT NULL,
  FOREIGN KEY (handle, kind) REFERENCES handles (handle, kind)
);

CREATE TABLE people (
  handle text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL DEFAULT 'person' CHECK (kind = 'person'),
  name text NOT NULL,
  email text,
  team text COLLATE "C" REFERENCES teams (handle),
  active boolean NOT NULL DEFAULT true,
  version integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  request_id text NOT NULL,
  FOREIGN KEY (handle, kind) REFERENCES handles (handle, kind)
);
CREATE INDEX people_of_team ON people (team, handle);

CREATE TRIGGER teams_history BEFORE UPDATE OR DELETE ON teams
  FOR EACH ROW EXECUTE FUNCTION record_history('team', '', 'handle', 'kind');
CREATE TRIGGER people_history BEFORE UPDATE OR DELETE ON people
  FOR EACH ROW EXECUTE FUNCTION record_history('person', '', 'handle', 'kind');
