CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text, FULLTEXT KEY ft_a (a), FULLTEXT KEY gone (b));
