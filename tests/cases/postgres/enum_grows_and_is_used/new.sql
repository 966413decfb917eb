CREATE TYPE mood AS ENUM ('z', 'a', 'b', 'c'); CREATE TABLE t (m mood DEFAULT 'b');
