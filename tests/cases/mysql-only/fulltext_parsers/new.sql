CREATE TABLE t (a text, b text, FULLTEXT KEY `f` (a) WITH PARSER ngram COMMENT 'c', FULLTEXT KEY g (b));
