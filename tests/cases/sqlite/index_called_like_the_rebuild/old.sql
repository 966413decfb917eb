CREATE TABLE t (a INT); CREATE INDEX _schema_ci_new_t ON t (a);
