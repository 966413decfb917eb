CREATE TABLE t (a); CREATE TABLE "order" ("group" INT, [a b] INT);
