ALTER TABLE users ADD COLUMN `last-seen` datetime;
