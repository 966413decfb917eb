CREATE TABLE users (id bigint PRIMARY KEY, mood enum('good', 'bad'));
