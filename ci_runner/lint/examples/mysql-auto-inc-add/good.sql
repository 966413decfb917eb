CREATE TABLE visits (
  id bigint PRIMARY KEY AUTO_INCREMENT,
  page varchar(20)
);
