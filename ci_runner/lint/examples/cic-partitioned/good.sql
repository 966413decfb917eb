-- schema-ci:txmode none

CREATE INDEX events_at ON ONLY events (at);

CREATE INDEX CONCURRENTLY events_rest_at ON events_rest (at);

ALTER INDEX events_at ATTACH PARTITION events_rest_at;
