CREATE TABLE members (
  id bigint PRIMARY KEY,
  team_id bigint,
  CONSTRAINT members_team FOREIGN KEY (team_id) REFERENCES teams (id)
);
