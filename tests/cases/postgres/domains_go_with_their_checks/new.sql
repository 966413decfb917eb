CREATE TYPE a AS (value integer);
