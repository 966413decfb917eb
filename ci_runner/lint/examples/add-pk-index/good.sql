-- schema-ci:txmode none
-- Every statement is a transaction of its own.

-- schema-ci:nolint add-unique-data: no row is there twice
CREATE UNIQUE INDEX CONCURRENTLY visits_pkey ON visits (id);

ALTER TABLE visits ADD CONSTRAINT visits_pkey PRIMARY KEY USING INDEX visits_pkey;
