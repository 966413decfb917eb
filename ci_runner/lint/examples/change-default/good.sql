ALTER TABLE users ADD COLUMN plan text;

ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';

-- The one that it has.
ALTER TABLE users ALTER COLUMN active SET DEFAULT true;
