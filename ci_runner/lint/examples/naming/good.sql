-- PostgreSQL folds capitals without quotes, SQLite does not look at them.
CREATE TABLE Badges (badge_id bigint PRIMARY KEY);
CREATE INDEX badges_id_idx ON badges (badge_id);
ALTER TABLE users ADD COLUMN last_seen timestamp;
