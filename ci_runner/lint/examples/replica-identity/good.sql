CREATE TABLE visits (
  id bigint
);

ALTER TABLE visits REPLICA IDENTITY FULL;
