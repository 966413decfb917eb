CREATE TABLE line (price bigint, total bigint GENERATED ALWAYS AS (price + 1) STORED);
CREATE INDEX by_total ON line (total);
