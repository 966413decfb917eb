CREATE TABLE readings (
  taken_at timestamptz NOT NULL,
  value real NOT NULL
);

CREATE DOMAIN percentage AS integer CHECK (VALUE BETWEEN 0 AND 100);
