CREATE TYPE size AS ENUM ('small', 'large');
ALTER TYPE mood ADD VALUE 'calm' BEFORE 'sad';
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'angry' AFTER 'sad';
-- A new name stays where the old one was.
ALTER TYPE size RENAME VALUE 'large' TO 'big';
-- Of a new type nobody has compared values yet.
ALTER TYPE size ADD VALUE 'huge';
