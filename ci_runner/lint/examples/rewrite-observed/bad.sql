-- What runs inside of a block can only be seen.
DO $$ BEGIN EXECUTE 'ALTER TABLE readings SET UNLOGGED'; END $$;
