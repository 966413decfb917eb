CREATE TABLE bills (id bigint PRIMARY KEY, CONSTRAINT id_positive CHECK (id > 0));

ALTER TABLE bills DROP CONSTRAINT id_positive;
