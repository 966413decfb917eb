-- A wider limit, or none, changes the catalogue only.
ALTER TABLE events ALTER COLUMN payload TYPE text;

-- The new key grows beside the old one, is filled in batches and takes its place later.
ALTER TABLE events ADD COLUMN new_id bigint;
