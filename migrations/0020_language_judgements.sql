-- What the language check said of a text, so that each is judged once. Of the text nothing is kept but its hash.
CREATE TABLE language_judgements (
  incident_id text COLLATE "C" NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  text_sha256 bytea NOT NULL,
  field text COLLATE "C" NOT NULL,
  -- Hash of what else the judgement depends on: the check's version, and the directory's names that the text has.
  basis bytea NOT NULL,
  unjudged text COLLATE "C",
  -- Codes, levels and places.
  findings jsonb NOT NULL,
  PRIMARY KEY (incident_id, text_sha256, field)
);
