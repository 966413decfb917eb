CREATE TABLE readings (
  taken_at timestamptz NOT NULL,
  value real NOT NULL
);
