-- schema-ci:txmode none

BEGIN;
INSERT INTO users (id, name) VALUES (1, 'ann');
COMMIT;
