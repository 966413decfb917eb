-- A block that writes nothing again.
DO $$ BEGIN EXECUTE 'ALTER TABLE readings ADD COLUMN quality integer'; END $$;
