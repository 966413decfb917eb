-- A table that the change itself makes holds nothing that anybody misses.
CREATE TABLE staging (
  id bigint PRIMARY KEY
);

TRUNCATE staging;

DELETE FROM users WHERE NOT active;
