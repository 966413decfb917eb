-- schema-ci:txmode none

BEGIN;
INSERT INTO users (id) VALUES (1);
