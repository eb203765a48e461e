-- What was answered to a POST with an Idempotency-Key, stored in the transaction of the write. A key belongs to whoever
-- sent it, and stands for one request.
CREATE TABLE idempotent_answers (
  caller text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  -- Of the address and the body.
  request_sha256 text NOT NULL,
  status smallint NOT NULL,
  location text,
  -- As text: jsonb would not keep the order of the members.
  body text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotent_answers_oldest ON idempotent_answers (created_at);

-- When a token was last seen, to the minute; who made it and who revoked it, null where it was the command line.
ALTER TABLE tokens
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  ADD COLUMN last_used_at timestamptz(3),
  ADD COLUMN created_by text,
  ADD COLUMN revoked_by text;
CREATE INDEX tokens_newest ON tokens (created_at DESC, id DESC);
