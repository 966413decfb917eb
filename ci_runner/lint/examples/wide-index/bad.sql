CREATE TABLE users (id bigint PRIMARY KEY, a text, b text, c text, d text);
CREATE INDEX users_abcd_idx ON users (a, b, c, d);
