CREATE TYPE a AS ENUM ('x');
CREATE DOMAIN b AS text DEFAULT 'x';
CREATE TABLE t (a a, several a[], b b, c integer, d varchar(9)[]);
