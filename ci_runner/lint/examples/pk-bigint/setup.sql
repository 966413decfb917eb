CREATE TABLE colours (id bigint PRIMARY KEY, hue integer);
