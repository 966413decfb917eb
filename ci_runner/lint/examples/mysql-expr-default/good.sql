ALTER TABLE users ADD COLUMN token varchar(36);

ALTER TABLE users ALTER COLUMN token SET DEFAULT (uuid());

ALTER TABLE users ADD COLUMN plan int DEFAULT (1 + 2);
