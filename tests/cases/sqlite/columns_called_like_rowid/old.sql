CREATE TABLE t (oid INT, _rowid_ INT, rowid INT, z INT);
