ALTER TABLE users ADD COLUMN team varchar(20);
-- Words that need no quotes are fine.
ALTER TABLE users ADD COLUMN value varchar(20);
