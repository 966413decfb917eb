"""Generated migration files and schemas of any size, the same ones on every run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ci_runner.migrations import checksum
from ci_runner.migrations.reader import files_on_disk, read_files


def migrations(folder: Path, count: int) -> tuple[Path, ...]:
    """`count` files of an Atlas directory with its checksum, as a few years of work leave them."""
    folder.mkdir(parents=True)
    files = []
    for number in range(count):
        place = folder / f"{20200101000000 + number}_step_{number}.sql"
        place.write_text(_migration(number), encoding="utf-8")
        files.append(place)
    directory = read_files(str(folder), "atlas", files_on_disk(folder, "."))
    (folder / checksum.NAME).write_bytes(checksum.checksum_of(directory))
    return tuple(files)


def texts(count: int) -> tuple[str, ...]:
    """The same files as texts."""
    return tuple(_migration(number) for number in range(count))


def _migration(number: int) -> str:
    """A table with its index, rows and comment; a column, a key and a routine for earlier ones."""
    earlier = f"account_{number - 1}" if number else f"account_{number}"
    return f"""-- Accounts of region {number}; the owner may be a row of an earlier region.
CREATE TABLE account_{number} (
  id integer PRIMARY KEY,
  email varchar(200) NOT NULL,
  balance numeric(12, 2) NOT NULL DEFAULT 0 CHECK (balance >= 0),
  state text NOT NULL DEFAULT 'open',
  owner_id integer REFERENCES {earlier} (id),
  made timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX account_{number}_email ON account_{number} (email);
CREATE INDEX account_{number}_open ON account_{number} (made) WHERE state = 'open';
INSERT INTO account_{number} (id, email) VALUES (1, 'a@example.org'), (2, 'it''s@example.org');
ALTER TABLE {earlier} ADD COLUMN note_{number} text;
COMMENT ON TABLE account_{number} IS 'region {number}';
CREATE FUNCTION touch_{number}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.made := CURRENT_TIMESTAMP;
  RETURN NEW;
END
$body$;
CREATE TRIGGER touch BEFORE UPDATE ON account_{number}
  FOR EACH ROW EXECUTE FUNCTION touch_{number}();
"""


def schema(tables: int) -> str:
    """A desired schema that both engines read: tables with keys, checks, indexes, some views."""
    return "".join(_table(number) for number in range(tables))


def _table(number: int) -> str:
    parent = f"REFERENCES item_{number - 1} (id)" if number else ""
    view = f"CREATE VIEW shown_{number} AS SELECT id, name FROM item_{number};\n"
    return f"""CREATE TABLE item_{number} (
  id integer PRIMARY KEY,
  name varchar(80) NOT NULL UNIQUE,
  price numeric(10, 2) NOT NULL DEFAULT 0 CHECK (price >= 0),
  state text NOT NULL DEFAULT 'new',
  parent_id integer {parent}
);
CREATE INDEX item_{number}_state ON item_{number} (state);
{view if number % 10 == 0 else ""}"""


def shop(tables: int) -> Iterator[str]:
    """For MariaDB: at 1,000 tables 10,000 columns, 3,000 keys, 500 foreign keys, 200 views."""
    for number in range(tables):
        parent = (
            f", FOREIGN KEY (parent_id) REFERENCES item_{number - 1} (id)" if number % 2 else ""
        )
        extra = ", ".join(f"extra_{each} decimal(12, 2) DEFAULT 0" for each in range(5))
        yield (
            f"CREATE TABLE item_{number} (id bigint AUTO_INCREMENT PRIMARY KEY, parent_id bigint,"
            " name varchar(100) NOT NULL, state varchar(20) NOT NULL DEFAULT 'new', made datetime"
            f" DEFAULT current_timestamp, {extra}, KEY by_name (name), KEY by_state (state, made),"
            f" CHECK (state <> ''){parent}) COMMENT='item number {number}'"
        )
    for number in range(tables // 5):
        source = f"item_{number} WHERE state = 'new'"
        yield f"CREATE VIEW shown_{number} AS SELECT id, name FROM {source}"


def changes(statements: int) -> str:
    """A new migration on top of `schema`: each statement adds a column or an index to a table."""
    return "".join(
        f"ALTER TABLE item_{number} ADD COLUMN extra integer;\n"
        if number % 2
        else f"CREATE INDEX item_{number}_extra ON item_{number} (price);\n"
        for number in range(statements)
    )


def columns(statements: int) -> str:
    """Likewise, of nothing that has a safer form: no statement is tried in another one as well."""
    return "".join(
        f"ALTER TABLE item_{number} ADD COLUMN extra integer;\n" for number in range(statements)
    )
