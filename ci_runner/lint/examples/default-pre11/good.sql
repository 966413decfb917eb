-- New rows get the default; a job outside the migration gives it to old ones in batches.
ALTER TABLE users ADD COLUMN active boolean;
ALTER TABLE users ALTER COLUMN active SET DEFAULT true;
