-- Hidden before, and nobody has missed it.
ALTER TABLE users DROP INDEX users_hidden;
