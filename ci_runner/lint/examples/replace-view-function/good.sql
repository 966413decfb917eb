-- The same again.
CREATE OR REPLACE VIEW ones AS
SELECT 1 AS one;

-- A new one.
CREATE OR REPLACE VIEW twos AS
SELECT 2 AS two;
