CREATE DOMAIN amount AS numeric(12, 2) CHECK (value >= 0);
