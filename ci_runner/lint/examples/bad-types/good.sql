ALTER TABLE users ADD COLUMN balance numeric(12, 2);
ALTER TABLE users ADD COLUMN settings jsonb;
