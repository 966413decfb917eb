CREATE TYPE state AS ENUM ('a', 'b');
CREATE TABLE t (leaves state, dropped state, arrives text, changes state DEFAULT 'a');
