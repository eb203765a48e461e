-- The language check asks, and holds nothing back: there is nothing of it to waive. The history keeps the waivers, with the
-- texts that they named, and so does what was sealed with one.
SELECT set_config('debrief.deletion', jsonb_build_object(
  'changed_by', 'debrief', 'changed_at', now(), 'request_id', 'migration 0019')::text, true);
DELETE FROM waivers WHERE code = 'BLAME_LANGUAGE';
ALTER TABLE waivers DROP COLUMN findings;
