ALTER TABLE users ADD COLUMN messages_since_visit int NULL;
