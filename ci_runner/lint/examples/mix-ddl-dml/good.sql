CREATE TABLE plans (
  name text PRIMARY KEY
);

INSERT INTO plans (name) VALUES ('free');
