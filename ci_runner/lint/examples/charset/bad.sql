CREATE TABLE notes (id bigint PRIMARY KEY, body text) DEFAULT CHARACTER SET utf8mb3;
