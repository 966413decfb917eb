-- The check says that all rows are within the bound.
ALTER TABLE events ATTACH PARTITION events_2025
  FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

-- Nobody has rows in a new table.
CREATE TABLE events_2026 (
  at date NOT NULL
);

ALTER TABLE events ATTACH PARTITION events_2026
  FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
