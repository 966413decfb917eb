CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text,
  active boolean NOT NULL DEFAULT true
);

CREATE TABLE plans (
  id bigint PRIMARY KEY
);

CREATE TABLE visits (
  user_id bigint,
  plan_id bigint
);
