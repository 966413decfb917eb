CREATE DOMAIN amount AS numeric(12, 2) DEFAULT 0;
CREATE TABLE sums (id bigint PRIMARY KEY, total amount CHECK (total >= 0));
