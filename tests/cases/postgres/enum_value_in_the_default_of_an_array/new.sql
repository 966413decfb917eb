CREATE TYPE state AS ENUM ('a', 'it''s');
CREATE TABLE t (states state[] DEFAULT '{a,it''s}');
