-- The one that it is in.
ALTER TABLE users SET TABLESPACE pg_default;
