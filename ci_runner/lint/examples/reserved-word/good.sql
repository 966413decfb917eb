ALTER TABLE users ADD COLUMN team text;
-- Words that need no quotes are fine for columns.
ALTER TABLE users ADD COLUMN value text;
