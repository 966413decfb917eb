CREATE TABLE t (a INT CHECK (t.a > 0), b INT, CHECK ((T.b <> t.A)));
