CREATE TABLE t (a TEXT); CREATE INDEX _schema_ci_new_t ON t (a);
