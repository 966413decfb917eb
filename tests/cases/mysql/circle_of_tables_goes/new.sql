CREATE TABLE keeps (id int PRIMARY KEY, a int, KEY keeps_a (a));
