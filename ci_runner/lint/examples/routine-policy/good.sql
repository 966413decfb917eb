ALTER TABLE users ADD COLUMN plan int;
