CREATE TABLE visits (
  id bigint PRIMARY KEY,
  seconds int,
  CONSTRAINT visits_seconds CHECK (seconds >= 0)
);
