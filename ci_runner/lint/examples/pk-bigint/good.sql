CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- What is counted by hand fits.
    quantity integer NOT NULL
);
-- The old column is as it was.
ALTER TABLE colours ALTER COLUMN hue SET DEFAULT 0;
