CREATE TABLE prices (
  net integer NOT NULL,
  gross integer GENERATED ALWAYS AS (net * 2) STORED
);
