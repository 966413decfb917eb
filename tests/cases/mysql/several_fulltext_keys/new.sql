CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text, FULLTEXT KEY ft_a (a, b), FULLTEXT KEY ft_b (b), FULLTEXT KEY ft_c (c), KEY plain (id));
CREATE TABLE u (a text, b text, FULLTEXT KEY one (a), FULLTEXT KEY two (b));
