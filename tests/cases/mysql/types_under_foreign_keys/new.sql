CREATE TABLE p (id bigint PRIMARY KEY);
CREATE TABLE c (id bigint PRIMARY KEY, p_id bigint, me bigint, KEY (p_id),
  CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p (id), CONSTRAINT c_me FOREIGN KEY (me) REFERENCES c (id));
