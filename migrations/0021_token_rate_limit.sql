-- How many requests a token may make in a minute; null for as many as it likes.
ALTER TABLE tokens ADD COLUMN requests_per_minute integer CHECK (requests_per_minute BETWEEN 1 AND 1000000);
