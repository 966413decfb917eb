-- New in this change, and tried twice.
CREATE TABLE visits (
  id bigint PRIMARY KEY
);

DROP TABLE visits;

CREATE TABLE visits (
  id bigint PRIMARY KEY,
  page text
);
