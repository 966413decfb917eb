-- Rows of a new table are nobody's yet.
CREATE TABLE plans (
  id bigint PRIMARY KEY,
  name text NOT NULL
);

INSERT INTO plans (id, name) VALUES (1, 'free');
