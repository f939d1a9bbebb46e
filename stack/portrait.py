"""What a database's schema is, object by object, so that two of them can be compared and each difference named.

The order of columns in a table and of grants on an object is left out: a migration can only append a column, and a
table's file lists it where it reads best.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from stack.commands import SUPERUSER
from stack.scratch import Database

Portrait = Mapping[str, str]

# made by the CLI, not by us
HISTORY_SCHEMA = "supabase_migrations"

_HEADING = re.compile(
    r"^-- (?:Data for )?Name: (?P<name>.*); Type: (?P<type>.*); Schema: (?P<schema>.*); Owner: (?P<owner>.*)$"
)
_BETWEEN = re.compile(r"^(--|-- PostgreSQL database dump complete|SET default_\w+ = .*;|\\(un)?restrict .*|)$")
_UNORDERED = {"TABLE", "ACL", "DEFAULT ACL"}

# what a schema dump leaves out and a hand-written migration may still change
_SETTINGS = """
select coalesce(r.rolname, '(any role)'), array_to_string(s.setconfig, ', ')
from pg_catalog.pg_db_role_setting as s
left join pg_catalog.pg_roles as r on r.oid = s.setrole
left join pg_catalog.pg_database as d on d.oid = s.setdatabase
where s.setdatabase = 0 or d.datname = current_database()
"""
_CRON_JOBS = "select jobname, concat_ws(', ', schedule, command, active) from cron.job"
# what is made at random or by the clock differs each time
_TABLES = """
select a.attrelid::regclass::text, string_agg(format('t.%I', a.attname), ', ' order by a.attname)
from pg_catalog.pg_attribute as a
join pg_catalog.pg_class as c on c.oid = a.attrelid
where
  c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text in ('public', 'private', 'analytics')
  and a.attnum > 0 and not a.attisdropped and a.atttypid not in ('uuid'::regtype, 'timestamptz'::regtype)
  and a.attname <> 'salt'
group by a.attrelid
"""
_ROWS = "select count(*) || ' rows, ' || coalesce(sum(hashtextextended(row({})::text, 0)), 0) from {} as t"


def schema_of(database: Database) -> Portrait:
    """The schema: one entry an object, named by type, schema and name."""
    entries: dict[str, list[str]] = {}
    current: list[str] = []
    for line in database.dump().splitlines():
        heading = _HEADING.match(line)
        if heading:
            schema = "" if heading["schema"] == "-" else heading["schema"] + "."
            key = f"{heading['type']} {schema}{heading['name']}"
            current = [] if HISTORY_SCHEMA in key else entries.setdefault(key, [])
        elif not _BETWEEN.match(line):
            current.append(line)
    return {key: _normal(key, lines) for key, lines in entries.items() if lines}


def state_of(database: Database) -> Portrait:
    """The schema, and with it rows, cron jobs and settings of roles."""
    state = dict(schema_of(database))
    state |= {f"SETTINGS {role}": settings for role, settings in database.query(_SETTINGS, role=SUPERUSER)}
    state |= {f"CRON JOB {job}": text for job, text in database.query(_CRON_JOBS, role=SUPERUSER)}
    for table, columns in database.query(_TABLES):
        state[f"ROWS {table}"] = database.query(_ROWS.format(columns, table))[0][0]
    return state


def _normal(key: str, lines: list[str]) -> str:
    if any(key.startswith(kind + " ") for kind in _UNORDERED):
        lines = sorted(line.rstrip(",") for line in lines)
    return "\n".join(lines)


def differences(old: Portrait, new: Portrait, *, old_name: str, new_name: str) -> list[str]:
    """One text for each object that is not the same in both."""
    texts = []
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            texts.append(f"{key}: only in {old_name}")
        elif key not in old:
            texts.append(f"{key}: only in {new_name}")
        elif old[key] != new[key]:
            lines = difflib.unified_diff(
                old[key].splitlines(), new[key].splitlines(), old_name, new_name, lineterm="", n=1
            )
            texts.append("\n".join([f"{key} differs:", *lines]))
    return texts
