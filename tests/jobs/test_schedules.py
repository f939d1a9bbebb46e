"""pg_cron's jobs: each may do what it does, goes on where a book fails, and is really run."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.conftest import Person, until

BOOKWISE = ["recurrences", "reminders", "totals", "verify"]


@pytest.fixture
def commands(db: psycopg.Connection) -> dict[str, str]:
    return dict(db.execute("select jobname, command from cron.job").fetchall())


@pytest.fixture
def as_cron(env: dict[str, str]) -> Iterator[Callable[[str], None]]:
    """Runs a command as pg_cron does: by itself, in a session of its own."""

    def run(command: str) -> None:
        with psycopg.connect(env["SUPABASE_DB_URL"], autocommit=True) as connection:
            connection.execute(command.encode())

    yield run


def test_every_schedule_runs_with_the_rights_that_it_has(
    commands: dict[str, str], as_cron: Callable[[str], None]
) -> None:
    assert set(BOOKWISE) < set(commands)
    for command in commands.values():
        as_cron(command)
        # what only postgres may do does nothing else
        assert "set role service_role" in command or re.fullmatch(
            r"delete from cron.job_run_details .*|select private.cancel_long_analyses\(\)", command
        )


def rent(person: Person, account: str) -> None:
    """Something that is due today."""
    answer = person.http.post(
        "/rest/v1/accounts?select=id",
        json={"name": account, "type": "bank", "currency": "EUR"},
        headers={"Prefer": "return=representation"},
    )
    rule = {
        "name": "Rent", "account_id": answer.raise_for_status().json()[0]["id"], "amount": 700, "type": "expense",
        "frequency": "monthly", "starts_on": time.strftime("%Y-%m-%d"), "auto_create": True,
    }  # fmt: skip
    person.http.post("/rest/v1/recurring_transactions", json=rule).raise_for_status()


def count(db: psycopg.Connection, person: Person) -> int:
    row = db.execute("select count(*) from public.transactions where book_id = %s", [person.book_id]).fetchone()
    assert row
    return int(row[0])


def test_a_book_that_fails_is_noted_and_keeps_no_other_waiting(
    db: psycopg.Connection, sign_up: Callable[..., Person], commands: dict[str, str], as_cron: Callable[[str], None]
) -> None:
    people = sorted((sign_up() for _ in range(3)), key=lambda person: person.book_id)
    for person in people:
        rent(person, "Checking")
    admin = sign_up()
    db.execute("update auth.users set raw_app_meta_data = '{\"is_admin\": true}' where id = %s", [admin.id])
    broken = people[0]
    # neither a rule of the ledger nor of this test's making: what nobody has foreseen
    db.execute(
        f"""
        create function private.tg_broken() returns trigger language plpgsql set search_path = ''
        as $$ begin perform 1 / 0; return null; end $$;
        create trigger broken after insert on public.transactions
        for each row when (new.book_id = '{broken.book_id}') execute function private.tg_broken()
        """
    )
    try:
        as_cron(commands["recurrences"])
    finally:
        db.execute("drop function private.tg_broken cascade")
    assert [count(db, person) for person in people] in ([0, 1, 1],)
    query = "select details ->> 'message' from private.findings where book_id = %s and job = 'recurrences'"
    failed = db.execute(query, [broken.book_id]).fetchall()
    told = admin.http.get("/rest/v1/notifications?type=eq.system").json()
    as_cron(commands["recurrences"])
    as_cron(commands["recurrences"])
    assert [count(db, person) for person in people] == [1, 1, 1]
    assert db.execute(query, [broken.book_id]).fetchall() == []
    # a finding that the ledger itself can answer is a notification to the book, the rest is for admins
    if failed:
        assert failed == [("division by zero",)]
        assert broken.book_id in told[0]["message"]


def test_a_total_that_is_off_is_found_and_told_to_admins(
    db: psycopg.Connection, sign_up: Callable[..., Person], commands: dict[str, str], as_cron: Callable[[str], None]
) -> None:
    person, admin = sign_up(), sign_up()
    rent(person, "Checking")
    as_cron(commands["recurrences"])
    db.execute("update auth.users set raw_app_meta_data = '{\"is_admin\": true}' where id = %s", [admin.id])
    db.execute("select private.sum_up(%s)", [person.book_id])
    # as no client can
    db.execute("update private.month_totals set base_amount = base_amount + 1 where book_id = %s", [person.book_id])
    query = "select subject, details from private.findings where book_id = %s and job = 'verify'"
    as_cron(commands["verify"])
    as_cron(commands["verify"])
    found = db.execute(query, [person.book_id]).fetchall()
    assert len(found) == 1 and found[0][0].startswith("month_totals ")
    assert found[0][1]["kept"] != found[0][1]["computed"]
    told = admin.http.get("/rest/v1/notifications?type=eq.system").json()
    assert len(told) == 1 and person.book_id in told[0]["message"]
    assert person.http.get("/rest/v1/notifications?type=eq.system").json() == []
    db.execute("update private.month_totals set base_amount = base_amount - 1 where book_id = %s", [person.book_id])
    as_cron(commands["verify"])
    assert db.execute(query, [person.book_id]).fetchall() == []


def test_pg_cron_runs_them_to_their_end(db: psycopg.Connection, sign_up: Callable[..., Person]) -> None:
    """As a block that commits is only run where pg_cron runs it outside of a transaction."""
    person = sign_up()
    rent(person, "Checking")
    columns = "jobid, schedule, active, now()"
    jobs = db.execute(f"select {columns} from cron.job where jobname = any(%s)", [BOOKWISE]).fetchall()
    try:
        for job, *_ in jobs:
            db.execute("select cron.alter_job(%s, schedule => '* * * * *', active => true)", [job])
        query = """
            select j.jobname, max(r.status), max(r.return_message)
            from cron.job_run_details as r inner join cron.job as j on j.jobid = r.jobid
            where j.jobname = any(%s) and r.status in ('succeeded', 'failed') and r.start_time > %s group by 1
        """
        begun = jobs[0][-1]
        until(lambda: len(db.execute(query, [BOOKWISE, begun]).fetchall()) == len(BOOKWISE), 90)
        outcomes = db.execute(query, [BOOKWISE, begun]).fetchall()
    finally:
        for job, schedule, is_active, _ in jobs:
            db.execute("select cron.alter_job(%s, schedule => %s, active => %s)", [job, schedule, is_active])
    assert {status for _, status, _ in outcomes} == {"succeeded"}, outcomes
    assert count(db, person) == 1
