CREATE TYPE pair AS (a integer, b text);
CREATE TABLE t OF pair (a WITH OPTIONS DEFAULT 2, PRIMARY KEY (a));
CREATE TABLE u OF pair;
CREATE TABLE w (a integer, b text, c integer);
