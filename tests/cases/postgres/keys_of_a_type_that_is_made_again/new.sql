CREATE TYPE size AS ENUM ('l', 'm');
CREATE TABLE sizes (size size PRIMARY KEY);
CREATE TABLE shirts (size size DEFAULT 'm' REFERENCES sizes (size), UNIQUE (size));
