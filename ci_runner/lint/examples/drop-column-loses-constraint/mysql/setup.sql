CREATE TABLE users (
  id bigint PRIMARY KEY,
  email varchar(100) NOT NULL,
  team_id bigint NOT NULL,
  KEY users_of_team (team_id, email),
  KEY users_email (email)
);
