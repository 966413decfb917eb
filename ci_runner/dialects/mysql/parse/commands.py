"""How many commands of a session may have changed a schema, by the server's own counts.

It counts what a procedure or a prepared statement has run like what was written: mariadb.com/kb,
Server Status Variables; dev.mysql.com, Server Status Variables, Com_xxx.
"""

from __future__ import annotations

from ci_runner.dialects.base import Connection
from ci_runner.dialects.mysql.read.rows import number, text

_COUNTS = r"SHOW SESSION STATUS WHERE Variable_name LIKE 'Com\_%' AND Value <> '0'"
_HARMLESS_FAMILIES = ("show_", "stmt_", "xa_", "ha_")
_HARMLESS = frozenset(
    """admin_commands analyze assign_to_keycache backup backup_lock backup_table begin binlog
    call_procedure change_db change_master change_repl_filter check checksum commit compound_sql
    dealloc_sql delete delete_multi do empty_query execute_immediate execute_sql explain_other flush
    get_diagnostics help insert insert_select kill kill_user load lock_instance lock_tables multi
    preload_keys prepare_sql purge purge_before_date release_savepoint replace replace_select
    resignal rollback rollback_to_savepoint savepoint select set_option set_resource_group signal
    unlock_instance unlock_tables update update_multi""".split()
)


def commands(connection: Connection) -> int:
    """Those since the session began, the refused ones included."""
    return sum(
        number(times)
        for name, times in connection.query(_COUNTS)
        if not _is_harmless(text(name).removeprefix("Com_"))
    )


def _is_harmless(name: str) -> bool:
    return name in _HARMLESS or name.startswith(_HARMLESS_FAMILIES)
