ALTER TABLE users ADD COLUMN plan integer;

CREATE TABLE plans (
  id integer PRIMARY KEY,
  CHECK (id > 0)
);
