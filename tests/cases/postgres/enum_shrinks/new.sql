CREATE TYPE mood AS ENUM ('a', 'c'); CREATE TABLE t (m mood DEFAULT 'a', l mood[]); CREATE VIEW v AS SELECT m FROM t;
