CREATE TABLE users (
  id bigint PRIMARY KEY
);

CREATE MATERIALIZED VIEW counts AS
SELECT 1 AS one, count(*) AS users FROM users;

CREATE UNIQUE INDEX counts_one ON counts (one);

CREATE MATERIALIZED VIEW later AS
SELECT id FROM users WITH NO DATA;
