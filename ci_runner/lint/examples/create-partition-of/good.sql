CREATE TABLE events_2027 (LIKE events INCLUDING ALL);

ALTER TABLE events ATTACH PARTITION events_2027
  FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- A partitioned table of this change, with its partition.
CREATE TABLE visits (
  at date NOT NULL
) PARTITION BY RANGE (at);

CREATE TABLE visits_rest PARTITION OF visits DEFAULT;
