"""Makes, compares, tries and undoes migrations.

python -m stack.migrations new add_goals          writes what sql/ has and the migrations lack, and the way back
python -m stack.migrations new add_rates --empty  writes two files to fill by hand: rows, cron jobs, settings
python -m stack.migrations rollback               undoes the last migration applied to the local stack
python -m stack.migrations types                  writes the types in clients/ anew
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psycopg

from stack import client_types
from stack.commands import SUPERUSER, CommandError
from stack.layout import Layout
from stack.portrait import Portrait, differences, schema_of, state_of
from stack.scratch import Cluster, Database, cluster
from stack.sources import MIGRATIONS, ROLLBACKS, load_order, migrations, name, rollback_of, version_of
from stack.supabase_cli import supabase

HEADING = """\
-- rather fail than make everybody wait
set local lock_timeout = '5s';

"""
EMPTY = """\
-- By hand, because a comparison of schemas sees neither rows nor cron jobs nor settings:
"""

_OBJECTS = """
with ours as (
  select n.oid, n.nspname
  from pg_catalog.pg_namespace as n
  where n.nspname !~ '^(pg_|information_schema$|auth$|extensions$|cron$|supabase_migrations$)'
)
select 'schema ' || s.nspname from ours as s where s.nspname <> 'public'
union all
select 'extension ' || e.extname from pg_catalog.pg_extension as e
union all
select 'relation ' || c.oid::regclass
from pg_catalog.pg_class as c join ours as s on s.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'c')
union all
select 'function ' || p.oid::regprocedure
from pg_catalog.pg_proc as p join ours as s on s.oid = p.pronamespace
union all
select 'type ' || t.oid::regtype
from pg_catalog.pg_type as t join ours as s on s.oid = t.typnamespace
where t.typtype in ('d', 'e', 'r')
"""


class Draft(NamedTuple):
    """A proposed migration or way back, and how it fares: without problems it may be used as it is."""

    text: str
    problems: list[str]
    applies: bool = True


def build_from_migrations(scratch: Cluster) -> Database:
    """A database made as `supabase db push` makes one."""
    made = scratch.database("migrations")
    if migrations():
        supabase("db", "push", f"--remote={made.url()}", "--yes")
    return made


def build_from_sources(scratch: Cluster) -> Database:
    """A database made from sql/ in load order."""
    made = scratch.database("sql")
    made.run_files(load_order())
    return made


def drift(from_migrations: Database, from_sources: Database) -> list[str]:
    """What is not the same in sql/ and in the migrations."""
    return differences(
        schema_of(from_migrations), schema_of(from_sources), old_name="supabase/migrations", new_name="sql"
    )


def build_next(scratch: Cluster) -> Database:
    """A database as it will be once what sql/ has beyond the migrations is migrated: rows and all."""
    made = build_from_migrations(scratch)
    forward, _ = draft(scratch, made)
    if forward.problems:
        raise CommandError("\n".join(["sql/ can't be reached from the migrations:", *forward.problems]))
    made.run_text(forward.text)
    return made


def draft(scratch: Cluster, before: Database) -> tuple[Draft, Database]:
    """The migration from a database to sql/, with no text where there is nothing to do, and the database from sql/."""
    # cron jobs are rows, so no business of a comparison of schemas; the CLI would unschedule them
    before.execute("delete from cron.job", role=SUPERUSER)
    after, created = _build_tracing(scratch)
    old, new = schema_of(before), schema_of(after)
    if not differences(old, new, old_name="", new_name=""):
        return Draft("", []), after
    drafts: list[Draft] = []
    for text in _proposals(scratch, before, after, created):
        drafts.append(_tried(text, before, new))
        if not drafts[-1].problems:
            break
    return min(drafts, key=lambda tried: (not tried.applies, len(tried.problems))), after


def draft_way_back(before: Database, after: Database) -> Draft:
    text = _with_platform_triggers_undone(_difference(after, before), after)
    return _tried(text, after, schema_of(before))


def _build_tracing(scratch: Cluster) -> tuple[Database, Mapping[Path, set[str]]]:
    """The database from sql/, and which objects each file made."""
    made = scratch.database("sql")
    seen = _objects(made)
    created = {}
    for file in load_order():
        made.run_files([file])
        present = _objects(made)
        created[file] = present - seen
        seen = present
    return made, created


def _objects(database: Database) -> set[str]:
    return {row[0] for row in database.query(_OBJECTS)}


def _proposals(scratch: Cluster, before: Database, after: Database, created: Mapping[Path, set[str]]) -> Iterator[str]:
    """Texts that could lead from one database to the other, the most readable first.

    A file of sql/ of which nothing exists yet is taken as it stands: comments, order and all. The CLI's comparison
    would scatter its columns, and it adds those with a computed default by themselves, which calls the function.
    """
    known = _objects(before)
    files = [file for file in load_order() if created[file] and not created[file] & known]
    as_they_stand = "\n".join(f"-- {name(file)}\n\n{file.read_text()}" for file in files)
    if files:
        try:
            changed = scratch.database("changed")
            changed.run_files([file for file in load_order() if file not in files])
        except CommandError:
            pass  # what is old refers to what is new: so the new has to come first
        else:
            yield _joined(_difference(before, changed), as_they_stand)
        try:
            extended = before.copy("extended")
            extended.execute(as_they_stand)
        except CommandError:
            pass  # and the other way round: only the CLI's own order can help
        else:
            yield _joined(as_they_stand, _difference(extended, after))
    yield _difference(before, after)


def _joined(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _difference(old: Database, new: Database) -> str:
    with tempfile.TemporaryDirectory(prefix="walletbase-diff-") as folder:
        output = Path(folder) / "difference.sql"
        supabase("db", "diff", "--from", old.url(), "--to", new.url(), "--output", output)
        text = output.read_text() if output.exists() else ""
    return tidied(text)


def tidied(text: str) -> str:
    """The CLI's text without what makes it long to review, or not apply to tables whose defaults ask for the book."""
    # taken from the owner and given back, which the owner has anyway
    text = re.sub(r'^(REVOKE ALL|GRANT [^;\n]*) ON [^;\n]* (FROM|TO) "postgres";\n+', "", text, flags=re.MULTILINE)
    # revoking from a table revokes from its columns; then each column's grants stand alone
    for revoked in re.findall(r"^REVOKE ALL (ON TABLE \S+ FROM \S+;)$", text, flags=re.MULTILINE):
        text = re.sub(rf"^REVOKE ALL \(\S+\) {re.escape(revoked)}\n+", "", text, flags=re.MULTILINE)
    grant = r"GRANT (?:[A-Z]+ \(\S+\)(?:, )?)+ "
    text = re.sub(rf"^{grant}(ON TABLE \S+ TO \S+;)\n+(?:{grant}\1\n+)+", _merged_grants, text, flags=re.MULTILINE)
    # every privilege of a table is one more on PostgreSQL 17
    text = re.sub(
        r"GRANT DELETE, INSERT, (?:MAINTAIN, )?REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON", "GRANT ALL ON", text
    )
    # the default of a column that is added is called at once; here it asks for the caller's book, and nobody calls
    text = re.sub(
        r'^(ALTER TABLE \S+)\n  ADD COLUMN ("\w+") ([^\n]*) DEFAULT ([^\n]*\bprivate\.[^\n]*);$',
        r"\1\n  ADD COLUMN \2 \3,\n  ALTER COLUMN \2 SET DEFAULT \4;",
        text,
        flags=re.MULTILINE,
    )
    return text.strip() + "\n" if text.strip() else ""


def _merged_grants(run: re.Match[str]) -> str:
    columns: dict[str, list[str]] = {}
    for privilege, column in re.findall(r"([A-Z]+) \((\S+)\)", run[0]):
        columns.setdefault(privilege, []).append(column)
    privileges = ",\n  ".join(f"{privilege} ({', '.join(names)})" for privilege, names in columns.items())
    return f"GRANT\n  {privileges}\n{run[1]}\n\n"


def _with_platform_triggers_undone(text: str, database: Database) -> str:
    """Drops a trigger on a table of the platform by its function, as its table's owner alone may drop it otherwise."""
    triggers = database.query(
        """
        select t.tgname, n.nspname, c.relname, p.proname, p.oid::regprocedure
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        join pg_catalog.pg_proc as p on p.oid = t.tgfoid
        where not t.tgisinternal and c.relowner <> 'postgres'::regrole
        """
    )
    for trigger, schema, table, function, signature in triggers:
        drop_trigger = f'DROP TRIGGER "{trigger}" ON "{schema}"."{table}";'
        drop_function = re.compile(rf'^DROP FUNCTION "\w+"\."{function}"\(\);\n+', flags=re.MULTILINE)
        if drop_trigger in text and drop_function.search(text):
            text = drop_function.sub("", text).replace(
                drop_trigger,
                f"-- with its trigger on {schema}.{table}, which only the owner of the table may drop by itself\n"
                f"DROP FUNCTION {signature} CASCADE;",
            )
    return text


def _tried(text: str, start: Database, goal: Portrait) -> Draft:
    """Applies a text to a copy of a database and says what is then not as it should be."""
    database = start.copy("tried")
    try:
        database.run_text(text)
    except CommandError as error:
        return Draft(text, [re.sub(r"psql:/\S+:(\d+):", r"line \1:", str(error))], applies=False)
    # a view that the CLI makes anew has lost what is said of its columns
    there = schema_of(database)
    lost = "\n".join(goal[key] for key in sorted(goal.keys() - there.keys()) if re.match(r"COMMENT \S+\.COLUMN ", key))
    if lost:
        try:
            database.run_text(lost)
        except CommandError:
            pass  # a column is missing, too: that is told below
        else:
            text = _joined(text, lost + "\n")
    return Draft(text, differences(schema_of(database), goal, old_name="as applied", new_name="as it should be"))


def trial(scratch: Cluster) -> list[str]:
    """Goes up, down and up again with each migration, and says where the state afterwards is not the one before.

    The cluster has to be a fresh one, as settings of roles are shared by its databases.
    """
    database = scratch.database("trial")
    problems = []
    before = state_of(database)
    for migration in migrations():
        database.run_files([migration])
        after = state_of(database)
        database.run_files([rollback_of(migration)])
        undone = state_of(database)
        database.run_files([migration])
        repeated = state_of(database)
        for start, end, what in ((before, undone, "undone"), (after, repeated, "applied again")):
            found = differences(start, end, old_name="before", new_name=what)
            problems += [f"{name(migration)}, {what}: {problem}" for problem in found]
        before = repeated
    return problems


def write_new(title: str, *, empty: bool) -> int:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", title):
        print("A migration's name is of a-z, 0-9 and _, like add_goals: make migration name=add_goals", file=sys.stderr)
        return 2
    if empty:
        forward = back = Draft(EMPTY, [])
    else:
        with cluster() as scratch:
            before = build_from_migrations(scratch)
            forward, after = draft(scratch, before)
            if not forward.text:
                print("sql/ and supabase/migrations agree: there is nothing to migrate.")
                return 0
            back = draft_way_back(before, after)
            client_types.write(after)

    # never before the last one, whatever the clock says
    last = int(version_of(migrations()[-1])) if migrations() else 0
    version = max(int(datetime.now(UTC).strftime("%Y%m%d%H%M%S")), last + 1)
    path = MIGRATIONS / f"{version}_{title}.sql"
    for file, made in ((path, forward), (ROLLBACKS / path.name, back)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEADING + made.text)
        print(f"Wrote {name(file)}" + (", which does not do yet:" if made.problems else "."))
        for problem in made.problems:
            print("  " + problem.replace("\n", "\n  "))
    print("Review both" + (", and write what is missing by hand." if forward.problems or back.problems else "."))
    return 1 if forward.problems or back.problems else 0


def roll_back(*, unasked: bool) -> int:
    with psycopg.connect(local_database()) as connection:
        last = connection.execute("select max(version) from supabase_migrations.schema_migrations").fetchone()
        version = last[0] if last else None
        migration = next((file for file in migrations() if version_of(file) == version), None)
        if migration is None:
            print(
                f"The last migration applied is {version}, and supabase/migrations has no such file.", file=sys.stderr
            )
            return 1
        way_back = rollback_of(migration)
        print(f"Undoes {name(migration)} on the local stack by {name(way_back)}, with the data that it made room for.")
        if not unasked and (not sys.stdin.isatty() or input("Go on? [y/N] ").strip().lower() != "y"):
            print("Nothing was changed. Without being asked: make rollback yes=1", file=sys.stderr)
            return 1
        connection.execute(way_back.read_bytes())
        connection.execute("delete from supabase_migrations.schema_migrations where version = %s", [version])
        connection.execute("notify pgrst, 'reload schema'")
    print(f"Undone. `make migrate` applies it again, unless you remove {name(migration)}.")
    return 0


def local_database() -> str:
    """URL of the local stack's database as role postgres: never another's that the environment may name."""
    layout = Layout()
    if not layout.identity_file.exists():
        raise CommandError("There is no local stack. `make start` starts it.")
    return layout.identity().database_url()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m stack.migrations", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new")
    new.add_argument("name")
    new.add_argument("--empty", action="store_true")
    rollback = commands.add_parser("rollback")
    rollback.add_argument("--yes", action="store_true")
    commands.add_parser("types")
    arguments = parser.parse_args()
    try:
        if arguments.command == "new":
            return write_new(arguments.name, empty=arguments.empty)
        if arguments.command == "rollback":
            return roll_back(unasked=arguments.yes)
        with cluster() as scratch:
            client_types.write(build_from_sources(scratch))
    except (CommandError, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
