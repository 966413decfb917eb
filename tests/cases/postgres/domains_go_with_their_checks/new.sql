CREATE TYPE a AS (value integer);
CREATE TABLE codes (c text);
CREATE FUNCTION known(text) RETURNS boolean LANGUAGE sql STABLE
    AS 'SELECT EXISTS (SELECT FROM codes WHERE c = $1)';
CREATE DOMAIN code AS text CHECK (known(VALUE));
CREATE TABLE holds (one code, several code[]);
