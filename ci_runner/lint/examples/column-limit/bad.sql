CREATE TABLE wide (id bigint PRIMARY KEY, a text, b text, c text);
