CREATE TABLE t (a int NOT NULL AUTO_INCREMENT PRIMARY KEY, n int NOT NULL, b varchar(20), d bigint DEFAULT 7 COMMENT 'x', z text,
  KEY new (b(3), d), CHECK (d > 1)) CHARSET=utf8mb4 COMMENT='all';
