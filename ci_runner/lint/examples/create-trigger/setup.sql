CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text,
  active boolean NOT NULL DEFAULT true
);

CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
