CREATE TABLE notes (id bigint PRIMARY KEY, body text, FULLTEXT KEY notes_body (body));
