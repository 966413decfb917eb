-- The same values, and a default.
ALTER TABLE orders MODIFY state enum('open', 'paid') NOT NULL DEFAULT 'open';
