-- schema-ci:txmode none

CREATE INDEX CONCURRENTLY events_at ON events (at);
