"""Roles, schemas and settings are those of a hosted project, so that what runs here runs there."""

from __future__ import annotations

import psycopg
import pytest

from stack.sources import PLATFORM


def connect(env: dict[str, str]) -> psycopg.Connection:
    return psycopg.connect(env["SUPABASE_ADMIN_DB_URL"], autocommit=True)


def test_the_bootstrap_role_is_the_only_superuser(db: psycopg.Connection) -> None:
    assert db.execute("select rolname from pg_roles where rolsuper").fetchall() == [("supabase_admin",)]


def test_roles_have_the_attributes_of_the_platform(db: psycopg.Connection) -> None:
    rows = db.execute(
        """
        select rolname, rolcanlogin, rolinherit, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles
        where rolname in ('anon', 'authenticated', 'service_role', 'authenticator', 'postgres', 'supabase_auth_admin')
        order by rolname
        """
    ).fetchall()
    assert rows == [
        ("anon", False, False, False, False, False),
        ("authenticated", False, False, False, False, False),
        ("authenticator", True, False, False, False, False),
        ("postgres", True, True, True, True, True),
        ("service_role", False, False, False, False, True),
        ("supabase_auth_admin", True, False, True, False, False),
    ]


def test_authenticator_may_become_three_roles_and_no_other(db: psycopg.Connection) -> None:
    rows = db.execute(
        "select rolname from pg_roles where pg_has_role('authenticator', oid, 'member') and rolname <> 'authenticator'"
    ).fetchall()
    assert {name for (name,) in rows} == {"anon", "authenticated", "service_role"}


@pytest.mark.parametrize(
    ("role", "setting", "value"),
    [
        ("anon", "statement_timeout", "3s"),
        ("authenticated", "statement_timeout", "8s"),
        ("authenticator", "statement_timeout", "8s"),
    ],
)
def test_roles_have_their_time_outs(db: psycopg.Connection, role: str, setting: str, value: str) -> None:
    row = db.execute("select rolconfig from pg_roles where rolname = %s", [role]).fetchone()
    assert row is not None
    assert f"{setting}={value}" in row[0]


def test_schemas_belong_to_the_roles_of_the_platform(db: psycopg.Connection) -> None:
    rows = db.execute(
        "select nspname, nspowner::regrole::text from pg_namespace where nspname in ('auth', 'extensions', 'public')"
    ).fetchall()
    assert dict(rows) == {"auth": "supabase_auth_admin", "extensions": "postgres", "public": "pg_database_owner"}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("create table auth.mine ()", "42501"),
        ("alter system set work_mem = '1GB'", "42501"),
        ("copy pg_class to program 'true'", "42501"),
        ("set role supabase_admin", "42501"),
        ("create role mine superuser", "42501"),
    ],
)
def test_postgres_is_refused_what_a_hosted_project_refuses(db: psycopg.Connection, statement: str, code: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        db.execute(statement)
    assert refused.value.sqlstate == code


def test_postgres_may_do_what_migrations_do(db: psycopg.Connection) -> None:
    with db.transaction(force_rollback=True):
        db.execute("create role mine nologin; grant anon to mine")
        db.execute("create table public.mine (user_id uuid references auth.users)")
        db.execute("create function public.on_user() returns trigger language plpgsql as 'begin return new; end'")
        db.execute("create trigger mine after insert on auth.users execute function public.on_user()")
        db.execute("alter role authenticator set pgrst.db_max_rows = '1000'")
        db.execute("create extension if not exists hstore with schema extensions")


def test_what_a_request_says_of_its_caller_is_read_by_the_helpers(db: psycopg.Connection) -> None:
    claims = '{"sub": "6f1c9fd5-4b3e-4d3c-9c56-2f0f6f1d2a11", "role": "authenticated", "email": "a@example.com"}'
    query = "select auth.uid()::text, auth.role(), auth.email(), auth.jwt() ->> 'sub'"
    with db.transaction():
        db.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        row = db.execute(query).fetchone()
    subject = "6f1c9fd5-4b3e-4d3c-9c56-2f0f6f1d2a11"
    assert row == (subject, "authenticated", "a@example.com", subject)
    assert db.execute(query).fetchone() == (None, None, None, None)


def test_new_objects_in_public_are_open_to_the_api_as_on_the_platform(env: dict[str, str]) -> None:
    """Before a project's own migrations revoke it: asked of a database that has had none."""
    with connect(env) as admin:
        admin.execute("drop database if exists bare")
        admin.execute("create database bare owner postgres")
    try:
        bare = env["SUPABASE_ADMIN_DB_URL"].rsplit("/", 1)[0] + "/bare"
        with psycopg.connect(bare, autocommit=True) as admin:
            admin.execute((PLATFORM / "schemas.sql").read_bytes())
        mine = env["SUPABASE_DB_URL"].rsplit("/", 1)[0] + "/bare"
        with psycopg.connect(mine, autocommit=True) as project:
            project.execute("create table public.mine ()")
            row = project.execute("select has_table_privilege('anon', 'public.mine', 'select')").fetchone()
        assert row == (True,)
    finally:
        with connect(env) as admin:
            admin.execute("drop database bare with (force)")


def test_nobody_gets_in_without_a_password(env: dict[str, str]) -> None:
    for role in ("supabase_admin", "postgres", "authenticator"):
        address = env["SUPABASE_DB_URL"].rsplit("@", 1)[1]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://{role}:wrong@{address}")


def test_the_pooler_takes_the_same_password(env: dict[str, str]) -> None:
    with psycopg.connect(env["SUPABASE_POOLER_URL"], prepare_threshold=None, autocommit=True) as connection:
        assert connection.execute("select current_user").fetchone() == ("postgres",)


def test_plans_of_requests_are_not_compiled(db: psycopg.Connection) -> None:
    assert db.execute("show jit").fetchone() == ("off",)
