UPDATE users SET active = false WHERE id < 1000;

CREATE TABLE staging (
  id bigint PRIMARY KEY
);

UPDATE staging SET id = id + 1;
