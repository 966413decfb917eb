ALTER TABLE users ADD COLUMN "last-seen" timestamp;
