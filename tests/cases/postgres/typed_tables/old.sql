CREATE TYPE pair AS (a integer, b text);
CREATE TABLE t OF pair (a DEFAULT 1 NOT NULL, CONSTRAINT short CHECK (length(b) < 9));
CREATE TABLE u (a integer, b text);
CREATE TABLE w OF pair;
