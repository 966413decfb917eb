CREATE TYPE size AS ENUM ('s', 'm', 'l');
CREATE TABLE sizes (size size PRIMARY KEY);
CREATE TABLE shirts (size size DEFAULT 'm' REFERENCES sizes (size), UNIQUE (size));
