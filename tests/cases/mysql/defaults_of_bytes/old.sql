CREATE TABLE t (a binary(4), b varbinary(10));
CREATE TABLE u (a binary(4) DEFAULT 0x00010203, b varbinary(4) DEFAULT 0x6100);
