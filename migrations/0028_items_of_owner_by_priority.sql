-- So that the open items of each owner and priority are counted from the index alone, for metrics.

DROP INDEX action_items_live_by_owner;
CREATE INDEX action_items_live_by_owner ON action_items (owner, due_on, incident_id, number) INCLUDE (priority)
  WHERE status IN ('open', 'in_progress');
