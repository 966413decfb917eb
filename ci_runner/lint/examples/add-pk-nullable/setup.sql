CREATE TABLE visits (
  id bigint,
  page text
);

CREATE UNIQUE INDEX visits_id ON visits (id);

CREATE TABLE pages (
  id bigint NOT NULL
);

CREATE UNIQUE INDEX pages_id ON pages (id);
