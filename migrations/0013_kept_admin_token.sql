-- Whether the token is the one of `admin.token`, which a start makes: it replaces that one when the file is damaged.
ALTER TABLE tokens ADD COLUMN is_kept boolean NOT NULL DEFAULT false;
