ALTER TABLE users ADD COLUMN "group" text;
