CREATE TABLE flags (seen boolean NOT NULL, id bigint PRIMARY KEY, hidden boolean NOT NULL, at timestamptz);
