ALTER TABLE orders ADD COLUMN state text DEFAULT 'open' REFERENCES states (name);
