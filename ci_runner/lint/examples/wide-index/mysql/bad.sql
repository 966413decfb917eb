CREATE TABLE users (id bigint PRIMARY KEY, a int, b int, c int, d int);
CREATE INDEX users_abcd_idx ON users (a, b, c, d);
