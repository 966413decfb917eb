ALTER DOMAIN positive ADD CONSTRAINT above_zero CHECK (VALUE > 0) NOT VALID;

-- No table uses it.
ALTER DOMAIN unused ADD CONSTRAINT below_ten CHECK (VALUE < 10);
