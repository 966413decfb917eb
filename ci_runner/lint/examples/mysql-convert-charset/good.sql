-- It has this one already.
ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4;

ALTER TABLE users ENGINE=InnoDB;
