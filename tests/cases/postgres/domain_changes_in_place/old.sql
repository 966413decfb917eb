CREATE DOMAIN "a Price" AS numeric(9,2) DEFAULT 1.5 CONSTRAINT positive CHECK (VALUE >= 0) CONSTRAINT small CHECK (VALUE < 900);
COMMENT ON DOMAIN "a Price" IS 'in euros';
COMMENT ON CONSTRAINT positive ON DOMAIN "a Price" IS 'never negative';
CREATE DOMAIN code AS text COLLATE "C" NOT NULL;
ALTER DOMAIN code ADD CONSTRAINT filled CHECK (VALUE <> 'VALUE') NOT VALID;
CREATE DOMAIN gone AS integer;
CREATE TABLE goods (price "a Price", code code);
