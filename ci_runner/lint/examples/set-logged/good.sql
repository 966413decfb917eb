-- It is so already.
ALTER TABLE users SET LOGGED;
