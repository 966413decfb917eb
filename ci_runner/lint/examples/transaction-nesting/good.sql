-- schema-ci:txmode none

BEGIN;
ALTER TABLE users ADD COLUMN email text;
COMMIT;
BEGIN;
ALTER TABLE users ADD COLUMN phone text;
COMMIT;
