-- schema-ci:txmode none

ALTER TABLE visits ADD FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;

ALTER TABLE visits ADD FOREIGN KEY (plan_id) REFERENCES plans (id) NOT VALID;
