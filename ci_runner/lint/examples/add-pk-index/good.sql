-- schema-ci:txmode none
-- Every statement is a transaction of its own.

CREATE UNIQUE INDEX CONCURRENTLY visits_pkey ON visits (id);

ALTER TABLE visits ADD CONSTRAINT visits_pkey PRIMARY KEY USING INDEX visits_pkey;
