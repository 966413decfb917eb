CREATE TABLE visits (id bigint NOT NULL, day date NOT NULL, PRIMARY KEY (id, day))
PARTITION BY HASH (to_days(day)) PARTITIONS 4;
