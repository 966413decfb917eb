CREATE TABLE t (a binary(4) DEFAULT 'ab', b varbinary(10) DEFAULT 0x6162, c varbinary(10) DEFAULT '', d binary(2) DEFAULT 'xy', e varbinary(4) DEFAULT 0xff01);

CREATE TABLE u (a binary(4) DEFAULT 0x00010204, b varbinary(4) DEFAULT 0x6101, c binary(4) DEFAULT 0x61006200);
