CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text,
  active boolean NOT NULL DEFAULT true
);

CREATE DOMAIN positive AS integer CHECK (VALUE > 0);

CREATE DOMAIN anything AS integer;
