-- migrate:up
CREATE TABLE gifts (
  id integer PRIMARY KEY,
  title text NOT NULL,
  ribbon text
);

-- migrate:down
DROP TABLE gifts;
