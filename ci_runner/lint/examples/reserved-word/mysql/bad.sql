ALTER TABLE users ADD COLUMN `group` varchar(20);
