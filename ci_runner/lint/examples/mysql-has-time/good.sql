ALTER TABLE users ADD COLUMN seen_at datetime(6) NULL;
