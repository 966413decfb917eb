CREATE TABLE t (a INT, at TEXT DEFAULT (datetime('now')));
