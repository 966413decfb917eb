CREATE TABLE gifts (
  id integer PRIMARY KEY,
  title text NOT NULL,
  price integer NOT NULL DEFAULT 0
);

CREATE TABLE wishes (
  id integer PRIMARY KEY,
  gift_id integer NOT NULL REFERENCES gifts (id)
);
CREATE INDEX wishes_gift_id ON wishes (gift_id);
