CREATE TABLE `t` (a INT, /* two */ CHECK (a > 0));
