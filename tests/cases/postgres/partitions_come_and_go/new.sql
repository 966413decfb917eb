CREATE TABLE reading (taken date NOT NULL, place text NOT NULL, value numeric DEFAULT 0)
    PARTITION BY RANGE (taken);
CREATE TABLE reading_2023 PARTITION OF reading FOR VALUES FROM ('2022-07-01') TO ('2024-01-01');
CREATE TABLE reading_2024 (taken date NOT NULL, place text NOT NULL, value numeric DEFAULT 0);
CREATE INDEX reading_2024_place_idx ON reading_2024 (place);
COMMENT ON TABLE reading_2024 IS 'left alone';
CREATE INDEX reading_place_idx ON reading (place);
CREATE TABLE apart (value numeric DEFAULT 0, place text NOT NULL, taken date NOT NULL);
ALTER TABLE reading ATTACH PARTITION apart FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE reading_rest PARTITION OF reading DEFAULT PARTITION BY LIST (place);
CREATE TABLE reading_rest_home PARTITION OF reading_rest FOR VALUES IN ('home', NULL);
CREATE TABLE other (taken date NOT NULL, place text NOT NULL, value numeric DEFAULT 0)
    PARTITION BY HASH (place, lower(place));
CREATE TABLE moves PARTITION OF other FOR VALUES WITH (modulus 4, remainder 1);
CREATE TABLE unproven (a integer) PARTITION BY RANGE (a);
CREATE TABLE unproven_1 PARTITION OF unproven DEFAULT PARTITION BY HASH (a);
CREATE TABLE unproven_10 PARTITION OF unproven_1 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
ALTER TABLE unproven ADD CONSTRAINT later CHECK (a > 0) NOT VALID;
