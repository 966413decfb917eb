CREATE TABLE visits (id bigint PRIMARY KEY, CHECK (id > 0));
