CREATE TABLE notes (id int PRIMARY KEY, title varchar(60) NOT NULL, KEY notes_title (title));
