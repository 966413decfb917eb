CREATE TABLE members (
  id bigint PRIMARY KEY,
  team bigint NOT NULL,
  seat integer NOT NULL,
  note text,
  CONSTRAINT one_seat UNIQUE (team, seat)
);
