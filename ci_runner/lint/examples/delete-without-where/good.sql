DELETE FROM users WHERE id < 1000;

CREATE TABLE staging (
  id bigint PRIMARY KEY
);

DELETE FROM staging;
