-- schema-ci:txmode none

BEGIN;
ALTER TABLE users ADD COLUMN email text;
COMMIT;
