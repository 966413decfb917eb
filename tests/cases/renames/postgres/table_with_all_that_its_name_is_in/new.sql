-- schema-ci:rename users -> people
-- schema-ci:rename users.email -> people.mail
-- schema-ci:rename enum value mood.sad -> unhappy
CREATE TYPE mood AS ENUM ('unhappy', 'ok');
CREATE TABLE people (
  id serial PRIMARY KEY,
  mail text NOT NULL UNIQUE CHECK (mail <> ''),
  mood mood DEFAULT 'unhappy',
  note text
);
CREATE INDEX people_mood_idx ON people (mood) WHERE mood = 'unhappy';
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES people);
CREATE VIEW reachable AS SELECT id, mail AS email FROM people WHERE mail LIKE '%@%';
COMMENT ON COLUMN people.mail IS 'where to write';
