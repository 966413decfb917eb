ALTER TABLE users ADD COLUMN token varchar(36) DEFAULT (uuid());
