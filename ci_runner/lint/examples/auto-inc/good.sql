CREATE TABLE visits (id bigint unsigned PRIMARY KEY AUTO_INCREMENT);
