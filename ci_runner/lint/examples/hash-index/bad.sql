CREATE INDEX CONCURRENTLY users_email ON users USING hash (email);
