CREATE TABLE flags (
    id bigint PRIMARY KEY,
    at timestamptz,
    count integer,
    -- Less than 8 bytes are nothing: a row begins at a multiple of 8.
    seen boolean NOT NULL,
    size smallint
);
-- Behind a text nobody knows where the next value begins.
CREATE TABLE notes (id bigint PRIMARY KEY, note text, seen boolean NOT NULL, at timestamptz);
