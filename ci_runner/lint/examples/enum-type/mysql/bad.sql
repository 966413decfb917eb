ALTER TABLE users ADD COLUMN plan enum('free', 'paid');
