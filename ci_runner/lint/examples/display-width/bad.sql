ALTER TABLE users ADD COLUMN score int(3);
