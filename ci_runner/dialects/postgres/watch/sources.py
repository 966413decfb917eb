"""Which catalogues a query of ours reads, as its text says it."""

from __future__ import annotations

import re
from functools import lru_cache

_CATALOGUE = re.compile(r"pg_catalog\.(pg_[a-z_]+)\b")
# What these functions print or views show, they read.
_READS = {
    "pg_get_viewdef": ("pg_rewrite",),
    "pg_get_ruledef": ("pg_rewrite",),
    "pg_get_triggerdef": ("pg_trigger",),
    "pg_get_statisticsobjdef": ("pg_statistic_ext",),
    "pg_get_partkeydef": ("pg_partitioned_table",),
    "pg_get_userbyid": ("pg_roles", "pg_authid"),
    "pg_has_role": ("pg_roles", "pg_authid", "pg_auth_members"),
    "pg_roles": ("pg_authid",),
    "pg_user_mappings": ("pg_user_mapping", "pg_authid"),
    "pg_seclabels": ("pg_seclabel", "pg_shseclabel"),
}


@lru_cache(maxsize=1024)
def catalogues(sql: str) -> frozenset[str]:
    """Tables and views of the catalogue, and the tables behind those views."""
    names = set(_CATALOGUE.findall(sql))
    read = {each for name in names & _READS.keys() for each in _READS[name]}
    comments = {"pg_description"} if "_description(" in sql else set()
    return frozenset(names | read | comments)
