CREATE TABLE visitors (
  id bigint PRIMARY KEY,
  email text NOT NULL
);

ALTER TABLE visitors ALTER COLUMN email DROP NOT NULL;

-- It may be NULL already.
ALTER TABLE users ALTER COLUMN nick DROP NOT NULL;
