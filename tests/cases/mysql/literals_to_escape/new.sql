CREATE TABLE t (
  a varchar(40) DEFAULT 'it''s \\ "so"',
  b binary(4) DEFAULT '',
  c varbinary(9) NOT NULL DEFAULT '0x41',
  d varchar(40) DEFAULT (concat('it''s', '\\', "\n", '"')),
  e varchar(60) AS (concat(a, '\'x\\y')) STORED,
  f binary(2) DEFAULT 0x4100,
  g varchar(20) DEFAULT 'CURRENT_TIMESTAMP',
  h varchar(10) DEFAULT '',
  CONSTRAINT quotes CHECK (a <> 'it''s\\n"' AND a <> '\n')
) COMMENT='back\\slash ''quoted''
and a line';
CREATE VIEW v AS SELECT concat(a, 'it''s', '\\', '"') AS x FROM t WHERE a <> '\n';
CREATE TABLE wörter (
  `é` varchar(40) DEFAULT '€é',
  `日本` varchar(60) AS (concat(`é`, '€ é')) VIRTUAL,
  d varchar(40) DEFAULT (concat('ü', '日本')),
  CHECK (`é` <> '€é')
);
