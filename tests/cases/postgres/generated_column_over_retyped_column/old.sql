CREATE TABLE line (price integer, total integer GENERATED ALWAYS AS (price + 1) STORED);
CREATE INDEX by_total ON line (total);
