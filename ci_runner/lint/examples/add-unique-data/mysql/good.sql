-- What is new is empty.
CREATE TABLE teams (id bigint PRIMARY KEY, name varchar(20));

CREATE UNIQUE INDEX teams_name ON teams (name);

ALTER TABLE users ADD COLUMN nick varchar(20);

CREATE UNIQUE INDEX users_nick ON users (nick);
