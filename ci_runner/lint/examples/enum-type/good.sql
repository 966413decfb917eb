CREATE TABLE sizes (name text PRIMARY KEY);
-- An enum that is there already may grow.
ALTER TYPE mood ADD VALUE 'calm' BEFORE 'sad';
