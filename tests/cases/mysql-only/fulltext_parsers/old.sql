CREATE TABLE t (a text, b text, FULLTEXT KEY `f` (a), FULLTEXT KEY g (b) WITH PARSER ngram);
