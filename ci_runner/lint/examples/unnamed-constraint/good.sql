ALTER TABLE users ADD CONSTRAINT age_positive CHECK (age >= 0) NOT VALID;
-- Constraints of new tables and columns get names that one can tell beforehand.
CREATE TABLE teams (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);
