CREATE TABLE users (
  id bigint PRIMARY KEY,
  email varchar(100),
  age int,
  mood enum('good', 'bad')
);

CREATE TABLE sums (id bigint PRIMARY KEY, a int, b int AS (a + 1) STORED);
