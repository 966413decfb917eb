CREATE TYPE mood AS ENUM ('fine', 'bad');

CREATE SEQUENCE tickets;
