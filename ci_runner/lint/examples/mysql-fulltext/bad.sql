CREATE FULLTEXT INDEX users_email ON users (email);
