CREATE TABLE logins (
  user_id bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (user_id, user_id)
);
