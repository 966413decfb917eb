CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, email text);
CREATE INDEX users_email_idx ON users (lower(email));
