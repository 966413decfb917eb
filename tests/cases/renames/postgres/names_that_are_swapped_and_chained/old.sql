CREATE TABLE a (x int, y int);
CREATE TABLE b (p text, q text);
CREATE TABLE c (i int, j int, k int);
CREATE TABLE d (m date, n date, l int, r int);
INSERT INTO a VALUES (1, 2);
INSERT INTO b VALUES ('p', 'q');
INSERT INTO c VALUES (1, 2, 3);
INSERT INTO d VALUES ('2026-01-01', '2026-01-02', 3, 4);
