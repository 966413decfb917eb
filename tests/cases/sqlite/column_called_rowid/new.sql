CREATE TABLE t (rowid TEXT, a INT);
