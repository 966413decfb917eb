ALTER TABLE users ADD COLUMN seen_at datetime NULL;
