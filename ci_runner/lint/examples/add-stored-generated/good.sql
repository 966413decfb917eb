-- Nothing is stored: computed when it is read.
CREATE VIEW users_by_key AS SELECT *, lower(email) AS email_key FROM users;
