CREATE TYPE mood AS ENUM ('fine', 'bad');

CREATE TABLE days (
  at date PRIMARY KEY,
  mood mood
);
