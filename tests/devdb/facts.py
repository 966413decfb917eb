"""The facts about PostgreSQL in facts_postgres*.tsv, and the database that they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SETUP = """
CREATE SCHEMA elsewhere;
CREATE DOMAIN free AS int;
CREATE DOMAIN checked AS int CHECK (VALUE > 0);
CREATE DOMAIN with_default AS int DEFAULT 3;
CREATE TYPE mood AS ENUM ('fine');
CREATE SEQUENCE sq;
CREATE FUNCTION stable_value() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION volatile_value() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION inlined() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION fixed() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE p (id int PRIMARY KEY, name varchar(10));
CREATE TABLE t (
  id int PRIMARY KEY, a int, b text, v varchar(10), n numeric(10, 2), ts timestamp, tz timestamptz,
  d date, j json, jb jsonb, ch char(5), ip cidr, tm time(3), iv interval(3), vb varbit(8),
  bi bit(8), re real, x text COLLATE "C", h int NOT NULL, h2 int, xm xml
);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_v ON t (v);
CREATE INDEX t_x ON t (x);
CREATE UNIQUE INDEX t_h ON t (h);
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tick();
CREATE TABLE ck (
  x int CHECK (x IS NOT NULL), y int CONSTRAINT y_there CHECK (y > 0 AND y IS NOT NULL), z int
);
ALTER TABLE ck ADD CONSTRAINT z_there CHECK (z > 0) NOT VALID;
CREATE TABLE c (id int PRIMARY KEY, pid int);
ALTER TABLE c ADD CONSTRAINT later FOREIGN KEY (pid) REFERENCES p (id) NOT VALID;
CREATE TABLE fkc (pid int CONSTRAINT fk REFERENCES p (id), id int PRIMARY KEY);
CREATE UNLOGGED TABLE ul (a int PRIMARY KEY);
CREATE TABLE rx (a int, k int NOT NULL, during int4range);
CREATE UNIQUE INDEX rx_a ON rx (a);
CREATE TABLE qx (a int NOT NULL, k int NOT NULL CHECK (k >= 20 AND k < 30));
CREATE UNIQUE INDEX qx_a ON qx (a);
CREATE TABLE q (k int NOT NULL) PARTITION BY RANGE (k);
CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (1) TO (10);
CREATE TABLE r (k int NOT NULL, v int) PARTITION BY RANGE (k);
CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (1) TO (10);
CREATE TABLE rd PARTITION OF r DEFAULT;
CREATE INDEX r_v ON ONLY r (v);
CREATE INDEX r1_v ON r1 (v);
CREATE TABLE part (k int NOT NULL, v int);
CREATE TABLE bound (k int NOT NULL CHECK (k >= 20 AND k < 30));
CREATE TABLE dt (f free);
CREATE TABLE inhp (a int);
CREATE TABLE inhc () INHERITS (inhp);
CREATE TABLE gen (a int, g int GENERATED ALWAYS AS (a * 2) STORED);
CREATE VIEW vw AS SELECT id, name FROM p;
CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
CREATE UNIQUE INDEX mv_id ON mv (id);
INSERT INTO p VALUES (1);
INSERT INTO t (id, a, b, h, h2, v, bi) VALUES (1, 1, 'x', 1, 1, 'x', '10101010');
INSERT INTO c VALUES (1, 1);
INSERT INTO fkc VALUES (1, 1);
INSERT INTO ck VALUES (1, 1, 1);
INSERT INTO rx VALUES (1, 1);
INSERT INTO dt VALUES (1);
REFRESH MATERIALIZED VIEW mv;
"""
MODES = {
    "ROW SHARE": "RS",
    "ROW EXCLUSIVE": "RX",
    "SHARE UPDATE EXCLUSIVE": "SUX",
    "SHARE": "S",
    "SHARE ROW EXCLUSIVE": "SRX",
    "EXCLUSIVE": "X",
    "ACCESS EXCLUSIVE": "AX",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """`locks` is `t:AX p:SRX`, `rewritten` and `scanned` are names; or `refused` an SQLSTATE."""

    operation: str
    sql: str
    locks: frozenset[str] = frozenset()
    rewritten: frozenset[str] = frozenset()
    scanned: frozenset[str] = frozenset()
    refused: str = ""

    @property
    def alone(self) -> bool:
        """Whether it runs in no transaction."""
        return "VACUUM" in self.sql or ("CONCURRENTLY" in self.sql and "REFRESH" not in self.sql)


def facts(version: int = 15) -> tuple[Fact, ...]:
    """What is known of a major version: what is known of 15, but for what is known of it alone."""
    found = {each.operation: each for each in _read("facts_postgres.tsv")}
    if version == 18:
        found |= {each.operation: each for each in _read("facts_postgres_18.tsv")}
    return tuple(found.values())


def _read(name: str) -> Iterator[Fact]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        operation, sql, *told = line.split("\t")
        if told and told[0].startswith("ERR "):
            yield Fact(operation, sql, refused=told[0].removeprefix("ERR "))
        else:
            locks, rewritten, scanned = (
                frozenset(each.split()) for each in (*told, "", "", "")[:3]
            )
            yield Fact(operation, sql, locks, rewritten, scanned)
