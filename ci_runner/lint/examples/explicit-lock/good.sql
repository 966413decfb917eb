SELECT id FROM users WHERE id = 1 FOR UPDATE;

CREATE TABLE visits (
  id bigint PRIMARY KEY
);

LOCK TABLE visits;
