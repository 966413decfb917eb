CREATE TYPE mood AS ENUM ('a', 'b', 'c');
CREATE DOMAIN kept AS mood DEFAULT 'a';
CREATE TABLE t (m mood);
