CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (id int PRIMARY KEY, p_id int, me int, KEY (p_id),
  CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p (id), CONSTRAINT c_me FOREIGN KEY (me) REFERENCES c (id));
