CREATE TABLE plans (
  name varchar(20) PRIMARY KEY
);

INSERT INTO plans (name) VALUES ('free');
