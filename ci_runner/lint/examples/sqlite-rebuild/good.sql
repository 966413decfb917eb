CREATE TABLE users_new (
  id bigint PRIMARY KEY,
  email text NOT NULL DEFAULT '',
  active boolean NOT NULL DEFAULT true
);

INSERT INTO users_new (id, email, active)
SELECT id, coalesce(email, ''), active FROM users;

DROP TABLE users;

ALTER TABLE users_new RENAME TO users;
