CREATE TABLE t (a varchar(40) NOT NULL COMMENT 'x DEFAULT 0xFF', b varchar(20) DEFAULT 'DEFAULT 0xAB' COMMENT ' DEFAULT ''q''', c varbinary(20) DEFAULT 'COMMENT ''x''' COMMENT 'it''s');
