CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE users (
  id serial PRIMARY KEY,
  email text NOT NULL UNIQUE CHECK (email <> ''),
  mood mood DEFAULT 'sad'
);
CREATE INDEX users_mood_idx ON users (mood) WHERE mood = 'sad';
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);
CREATE VIEW reachable AS SELECT id, email FROM users WHERE email LIKE '%@%';
COMMENT ON COLUMN users.email IS 'where to write';
INSERT INTO users (email) VALUES ('a@b'), ('c@d');
INSERT INTO orders VALUES (1, 2);
