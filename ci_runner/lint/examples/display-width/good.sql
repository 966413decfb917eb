ALTER TABLE users ADD COLUMN score int, ADD COLUMN active tinyint(1);
