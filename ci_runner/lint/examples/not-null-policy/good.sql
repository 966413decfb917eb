ALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT true;
-- Whether other columns may be NULL is for the team to say.
ALTER TABLE users ADD COLUMN email text;
