-- Old clients leave the column out.
ALTER TABLE users ADD COLUMN phone varchar(20) NULL, ADD UNIQUE KEY users_phone (phone);
