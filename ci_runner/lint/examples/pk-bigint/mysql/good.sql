CREATE TABLE orders (
    id bigint unsigned PRIMARY KEY,
    -- What is counted by hand fits.
    quantity int NOT NULL
);
-- The old column is as it was.
ALTER TABLE colours ALTER COLUMN hue SET DEFAULT 0;
