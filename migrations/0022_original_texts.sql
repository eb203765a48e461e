-- Texts as they were sent, by the pointer of the field that has a part of them: lenient storing cuts those over a limit.
ALTER TABLE events ADD COLUMN original jsonb;
