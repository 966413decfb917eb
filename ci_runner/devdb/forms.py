"""Which files of a server's data folder hold data: a snapshot has these and no others."""

from __future__ import annotations

import re

from ci_runner.frozen import frozen


@frozen
class Form:
    """`data` fits the name of a file that is kept, `left` that of one which is not.

    Names are relative to the data folder. Any other file keeps the folder from being kept at all.
    `folders` are there before any file, those above them first.
    """

    data: re.Pattern[str]
    left: re.Pattern[str]
    folders: tuple[str, ...] = ()


# postgresql.org/docs/current/storage-file-layout.html. What is left is configuration, which is
# written anew, and what the server makes again: whose process it is, statistics, caches of the
# catalogue. It makes none of the folders itself.
POSTGRES = Form(
    data=re.compile(
        r"PG_VERSION"
        r"|(?:base/\d+|global)/(?:PG_VERSION|pg_filenode\.map|\d+(?:_(?:fsm|vm|init))?(?:\.\d+)?)"
        r"|global/pg_control|pg_wal/[0-9A-F]{24}|pg_(?:xact|commit_ts)/[0-9A-F]{4,16}"
        r"|pg_multixact/(?:members|offsets)/[0-9A-F]{4,16}|pg_logical/replorigin_checkpoint"
    ),
    left=re.compile(
        r"postgresql\.conf|pg_hba\.conf|pg_ident\.conf|postgresql\.auto\.conf"
        r"|postmaster\.(?:pid|opts)|pg_stat(?:_tmp)?/.*|pg_notify/.*|pg_subtrans/.*|pg_serial/.*"
        r"|pg_dynshmem/.*|pg_snapshots/.*|(?:base/\d+/|global/)pg_internal\.init(?:\.\d+)?"
        r"|base/pgsql_tmp/.*|pg_replslot/.*|pg_wal/archive_status/.*|pg_wal/summaries/.*"
        r"|current_logfiles"
    ),
    folders=tuple(
        "base global pg_commit_ts pg_dynshmem pg_logical pg_logical/mappings pg_logical/snapshots"
        " pg_multixact pg_multixact/members pg_multixact/offsets pg_notify pg_replslot pg_serial"
        " pg_snapshots pg_stat pg_stat_tmp pg_subtrans pg_tblspc pg_twophase pg_wal"
        " pg_wal/archive_status pg_wal/summaries pg_xact".split()
    ),
)

# mariadb.com/kb: file types of InnoDB, Aria, MyISAM, CSV, partitions and triggers. Neither links to
# other folders (.isl) nor lists of other tables (.MRG).
MARIADB = Form(
    data=re.compile(
        r"ibdata1|ib_logfile0|undo\d{3}|aria_log_control|aria_log\.\d{8}"
        r"|[\w@$#-]+/(?:db\.opt|[\w@$#-]+\.(?:frm|ibd|MAI|MAD|MYI|MYD|CSV|CSM|TRG|TRN|par))",
        re.ASCII,
    ),
    left=re.compile(
        r"ibtmp1|ib_buffer_pool|ddl_recovery(?:-backup)?\.log|multi-master\.info|tc\.log"
        r"|(?:mysql|mariadb)_upgrade_info"
    ),
)
