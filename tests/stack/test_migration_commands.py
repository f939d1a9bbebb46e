"""`make migration`, `make types` and `make rollback`, in a project of one's own with three files of SQL."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from stack.local import LocalStack
from stack.sources import ROOT

THINGS = """
create table public.things (id bigint primary key, name text not null);
"""
# what is there already refers to what is new
THINGS_OF_KINDS = """
create table public.things (id bigint primary key, name text not null, kind public.kind not null default 'small');
"""
KINDS = """
create type public.kind as enum ('small', 'large');
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of this one as it was before its first migration. Its local stack is nobody's."""
    made = tmp_path / "walletbase"
    shutil.copytree(ROOT / "stack", made / "stack", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("migrations", "rollbacks"):
        (made / "supabase" / folder).mkdir(parents=True)
    shutil.copy(ROOT / "supabase" / "config.toml", made / "supabase")
    shutil.copytree(ROOT / "supabase" / "templates", made / "supabase" / "templates")
    (made / "node_modules").symlink_to((ROOT / "node_modules").resolve())
    (made / ".walletbase").mkdir()
    for installed in ("venv", "node_modules"):
        (made / ".walletbase" / installed).symlink_to((ROOT / ".walletbase" / installed).resolve())
    write(made, "things.sql", THINGS)
    return made


def write(project: Path, name: str, text: str, *order: str) -> None:
    (project / "sql").mkdir(exist_ok=True)
    (project / "sql" / name).write_text(text)
    (project / "sql" / "load_order.txt").write_text("\n".join(order or [name]))


def command(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in a project, with nobody there to answer."""
    return subprocess.run(
        [sys.executable, "-m", "stack.migrations", *arguments],
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def written(project: Path, title: str) -> tuple[str, str]:
    """A migration and its way back."""
    migrations, rollbacks = (
        list((project / "supabase" / folder).glob(f"*_{title}.sql")) for folder in ("migrations", "rollbacks")
    )
    assert [path.name for path in migrations] == [path.name for path in rollbacks]
    return migrations[0].read_text(), rollbacks[0].read_text()


def test_project_is_migrated_step_by_step(project: Path) -> None:
    refused = command(project, "new", "Add things")
    assert (refused.returncode, list((project / "supabase" / "migrations").iterdir())) == (2, [])
    assert "like add_goals" in refused.stderr

    done = command(project, "new", "add_things")
    assert done.returncode == 0, done.stdout + done.stderr
    forward, back = written(project, "add_things")
    assert THINGS in forward
    assert 'DROP TABLE "public"."things";' in back
    types = project / "clients" / "database.types.ts"
    assert "things: {" in types.read_text()
    again = command(project, "new", "add_things_again")
    assert (again.returncode, again.stdout) == (
        0, "sql/ and supabase/migrations agree: there is nothing to migrate.\n",
    )  # fmt: skip

    write(project, "kinds.sql", KINDS, "kinds.sql", "things.sql")
    (project / "sql" / "things.sql").write_text(THINGS_OF_KINDS)
    done = command(project, "new", "add_kinds")
    assert done.returncode == 0, done.stdout + done.stderr
    forward, back = written(project, "add_kinds")
    assert forward.index(KINDS) < forward.index('ALTER TABLE "public"."things"')
    assert "DROP TYPE" in back

    assert command(project, "new", "add_rows", "--empty").returncode == 0
    assert {"By hand" in text for text in written(project, "add_rows")} == {True}
    names = [path.name.partition("_")[2] for path in sorted((project / "supabase" / "migrations").iterdir())]
    assert names == ["add_things.sql", "add_kinds.sql", "add_rows.sql"]

    types.unlink()
    assert command(project, "types").returncode == 0
    assert 'kind: "small" | "large"' in types.read_text()


def test_rollback_asks_and_undoes_the_last_migration_alone(project: Path, stack: LocalStack) -> None:
    nowhere = command(project, "rollback")
    assert (nowhere.returncode, nowhere.stderr) == (1, "There is no local stack. `make start` starts it.\n")

    local = project / ".walletbase" / "local"
    local.mkdir()
    shutil.copy(stack.layout.identity_file, local)
    for folder, text in (
        ("migrations", "create table public.things (id bigint primary key);"),
        ("rollbacks", "drop table public.things;"),
    ):
        (project / "supabase" / folder / "99990101000000_add_things.sql").write_text(text)
    applied = """
      select to_regclass('public.things') is not null, count(*)
      from supabase_migrations.schema_migrations where version = '99990101000000'
    """
    with psycopg.connect(stack.layout.identity().database_url(), autocommit=True) as connection:
        connection.execute("create table public.things (id bigint primary key)")
        connection.execute("insert into supabase_migrations.schema_migrations (version) values ('99990101000000')")
        unanswered = command(project, "rollback")
        assert (unanswered.returncode, "make rollback yes=1" in unanswered.stderr) == (1, True)
        assert connection.execute(applied).fetchone() == (True, 1)
        assert command(project, "rollback", "--yes").returncode == 0
        assert connection.execute(applied).fetchone() == (False, 0)
    # the one before is not of this project
    unknown = command(project, "rollback", "--yes")
    assert unknown.returncode == 1
    assert "supabase/migrations has no such file" in unknown.stderr
