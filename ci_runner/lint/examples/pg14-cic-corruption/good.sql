-- Nobody writes to a table that is new.
CREATE TABLE invites (
  id bigint PRIMARY KEY,
  email text NOT NULL
);
CREATE INDEX invites_email ON invites (email);
