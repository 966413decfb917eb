-- New rows get a token; a job outside the migration gives old ones theirs in batches.
ALTER TABLE users ADD COLUMN token uuid;
ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();

-- now() is the same for every row of a statement: no rewrite.
ALTER TABLE users ADD COLUMN seen_at timestamptz DEFAULT now();
