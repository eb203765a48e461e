-- What the list of incidents is filtered and sorted by, so that a page reads its own rows alone at 100,000 incidents.
CREATE INDEX incidents_by_change ON incidents (changed_at, occurred_on, id);
CREATE INDEX incidents_by_title ON incidents (title COLLATE "C", occurred_on, id);
-- Both sort by it and find the few of one severity or status, newest first.
CREATE INDEX incidents_by_severity ON incidents (severity COLLATE "C", occurred_on, id);
CREATE INDEX incidents_by_status ON incidents (status COLLATE "C", occurred_on, id);
CREATE INDEX incidents_services ON incidents USING gin (services);
CREATE INDEX incidents_authors ON incidents USING gin (authors);
CREATE INDEX incidents_labels ON incidents USING gin (labels);
