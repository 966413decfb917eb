CREATE TABLE t (a text[], b integer[], c numeric, d text, e text[]);
