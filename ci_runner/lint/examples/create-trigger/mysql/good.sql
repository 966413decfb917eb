CREATE TABLE visits (id bigint PRIMARY KEY, page varchar(20));

CREATE TRIGGER touch BEFORE UPDATE ON visits FOR EACH ROW SET NEW.page = lower(NEW.page);
