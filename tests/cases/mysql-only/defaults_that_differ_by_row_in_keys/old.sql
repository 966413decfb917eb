CREATE TABLE t (id binary(16) NOT NULL DEFAULT (uuid_to_bin(uuid())) PRIMARY KEY);
