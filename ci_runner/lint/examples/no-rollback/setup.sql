-- migrations/1_users.up.sql; 1_users.down.sql drops the table
CREATE TABLE users (id bigint PRIMARY KEY);
