CREATE TABLE reading (taken date NOT NULL, place text NOT NULL, value numeric DEFAULT 0)
    PARTITION BY RANGE (taken);
CREATE TABLE reading_2023 PARTITION OF reading FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE reading_2024 PARTITION OF reading FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX reading_place_idx ON reading (place);
CREATE TABLE apart (value numeric DEFAULT 0, place text NOT NULL, taken date NOT NULL);
COMMENT ON TABLE reading_2024 IS 'last year';
CREATE TABLE moves (taken date NOT NULL, place text NOT NULL, value numeric DEFAULT 0);
CREATE TABLE unproven (a integer) PARTITION BY RANGE (a);
ALTER TABLE unproven ADD CONSTRAINT later CHECK (a > 0) NOT VALID;
