CREATE DOMAIN "a Price" AS numeric(9,2) NOT NULL DEFAULT 2 CONSTRAINT not_negative CHECK (VALUE >= 0) CONSTRAINT small CHECK (VALUE < 1000);
COMMENT ON DOMAIN "a Price" IS 'in dollars';
COMMENT ON CONSTRAINT small ON DOMAIN "a Price" IS 'a limit';
CREATE DOMAIN code AS text COLLATE "C" DEFAULT 'none' CONSTRAINT filled CHECK (VALUE <> 'VALUE');
CREATE DOMAIN came AS code CONSTRAINT short CHECK (length(VALUE) < 9);
CREATE TABLE goods (price "a Price", code code, other came);
