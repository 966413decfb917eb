CREATE TABLE t (a INT); CREATE TABLE t_new (a INT); CREATE TABLE schema_ci_new_t (a INT);
