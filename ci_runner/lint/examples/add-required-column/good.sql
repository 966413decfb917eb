-- Rows that exist and clients that do not know the column get the default.
ALTER TABLE users ADD COLUMN country text NOT NULL DEFAULT 'unknown';
