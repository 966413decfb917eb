CREATE TYPE state AS ENUM ('b', 'c');
CREATE TABLE t (leaves text, arrives state, changes state DEFAULT 'c');
