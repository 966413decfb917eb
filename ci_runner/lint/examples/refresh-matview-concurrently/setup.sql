CREATE TABLE users (id bigint PRIMARY KEY);
CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS users FROM users;
CREATE UNIQUE INDEX counts_key ON counts (users);
