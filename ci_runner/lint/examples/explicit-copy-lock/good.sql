ALTER TABLE users ADD COLUMN plan int, ALGORITHM=INSTANT, LOCK=NONE;

-- This is copied in any case, which is what has to be told.
-- schema-ci:nolint mysql-table-copy: the table is small
ALTER TABLE users MODIFY age bigint, LOCK=SHARED;
