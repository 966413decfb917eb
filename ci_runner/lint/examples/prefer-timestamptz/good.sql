ALTER TABLE users ADD COLUMN seen_at timestamptz;
ALTER TABLE users ADD COLUMN born_on date;
