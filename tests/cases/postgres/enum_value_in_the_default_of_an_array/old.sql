CREATE TYPE state AS ENUM ('a');
CREATE TABLE t (states state[] DEFAULT '{a}');
