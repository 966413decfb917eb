ALTER TABLE orders MODIFY state enum('open', 'paid', 'void') NOT NULL;
