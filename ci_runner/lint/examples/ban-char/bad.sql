ALTER TABLE countries ADD COLUMN currency char(3);
