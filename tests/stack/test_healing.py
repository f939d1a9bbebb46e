"""What dies comes back, and nothing is lost."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import psutil
import psycopg
import pytest

from stack.commands import CommandError
from stack.local import LocalStack, health
from stack.supervision import Supervisor
from tests.conftest import until

PARTS = ["auth", "database", "edge_api", "gateway", "mail", "pooler", "rest", "worker"]


def processes(stack: LocalStack) -> dict[str, psutil.Process]:
    """The supervisor, and by the name of each part its first process."""
    supervisor = psutil.Process(int((stack.layout.run / "supervisor.pid").read_text()))
    signs = {
        "auth": "stack.auth",
        "database": "bin/postgres",
        "edge_api": "edge_api.app",
        "gateway": "nginx",
        "mail": "maildev",
        "pooler": "pgbouncer",
        "rest": "postgrest",
        "worker": "-m jobs",
    }
    found = {"supervisor": supervisor}
    for child in supervisor.children():
        with suppress(psutil.NoSuchProcess):  # one that is just ending
            line = " ".join(child.cmdline())
            found.update({name: child for name, sign in signs.items() if sign in line})
    return found


def is_healthy(stack: LocalStack) -> bool:
    return health(stack.layout.identity()).status == "ok"


@pytest.fixture
def committed(stack: LocalStack) -> Iterator[int]:
    """A number written just before a test begins. It must be there when the test ends."""
    url, number = stack.layout.identity().database_url("supabase_admin"), time.time_ns()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table if not exists private.kept (number bigint)")
        connection.execute("insert into private.kept values (%s)", [number])
    yield number
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute("select count(*) from private.kept where number = %s", [number]).fetchone()
        connection.execute("drop table private.kept")
    assert rows == (1,)


def take_port(stack: LocalStack, part: str, port: int) -> socket.socket:
    """Kills a part until its port can be had before the supervisor has it back."""
    for _attempt in range(100):
        if part in (running := processes(stack)):
            running[part].kill()
        with suppress(OSError):
            return socket.create_server(("127.0.0.1", port))
        time.sleep(0.01)
    raise AssertionError(f"{part} is always faster")


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("part", PARTS)
def test_killed_part_comes_back(stack: LocalStack, part: str) -> None:
    victim = processes(stack)[part]
    workers = victim.children(recursive=True)
    victim.kill()
    _gone, alive = psutil.wait_procs(workers, timeout=30)
    assert alive == []
    until(lambda: processes(stack).get(part, victim).pid != victim.pid, 60)
    until(lambda: is_healthy(stack), 60)


@pytest.mark.usefixtures("committed")
def test_stop_ends_the_database_last(stack: LocalStack) -> None:
    """Whoever is at something can write down where it stopped, and nobody waits for a database that has gone."""
    stack.stop()
    ends = re.findall(r"stopped: (\w+) \((.+)\)", (stack.layout.logs / "supervisor.log").read_text())[-len(PARTS) :]
    stack.start()
    assert ends[-1][0] == "database", ends


def test_part_that_has_just_been_started_can_be_stopped(stack: LocalStack) -> None:
    supervisor = Supervisor(stack.layout, stack.layout.identity())
    supervisor.stop("mail")
    for _attempt in range(30):
        supervisor.start("mail")
        begun = time.monotonic()
        supervisor.stop("mail")
        # one that overhears it is killed after a minute
        assert time.monotonic() - begun < 45
    supervisor.start("mail")
    until(lambda: is_healthy(stack))


def test_part_that_has_lost_its_port_says_to_whom(stack: LocalStack) -> None:
    identity = stack.layout.identity()
    with take_port(stack, "rest", identity.rest_port):
        until(lambda: "rest" in Supervisor(stack.layout, identity).idle(), 60)
        with pytest.raises(CommandError) as refused:
            stack.start()
    assert f"Port {identity.rest_port} (rest) is taken by process {os.getpid()}" in str(refused.value)
    assert "make restart" in str(refused.value)
    stack.start()


@pytest.mark.usefixtures("committed")
def test_everything_killed_at_once_is_healed_by_start(stack: LocalStack) -> None:
    before = processes(stack)
    family = [*before["supervisor"].children(recursive=True), before["supervisor"]]
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(family, timeout=10)
    identity, was_running = stack.start()
    assert not was_running
    assert httpx.get(f"{identity.api_url}/health").status_code == 200


@pytest.mark.usefixtures("committed")
def test_killed_supervisor_leaves_parts_that_start_takes_over(stack: LocalStack) -> None:
    before = processes(stack)
    before["supervisor"].kill()
    before["supervisor"].wait(10)
    assert before["database"].is_running()
    stack.start()
    after = processes(stack)
    assert set(after) == {"supervisor", *PARTS}
    assert {process.pid for process in after.values()}.isdisjoint(process.pid for process in before.values())


def test_second_start_changes_nothing(stack: LocalStack) -> None:
    before = {name: process.pid for name, process in processes(stack).items()}
    files = {path: path.stat().st_mtime_ns for path in stack.layout.conf.iterdir()}
    _identity, was_running = stack.start()
    assert was_running
    assert {name: process.pid for name, process in processes(stack).items()} == before
    assert {path: path.stat().st_mtime_ns for path in stack.layout.conf.iterdir()} == files


@pytest.mark.parametrize("part", ["rest", "auth"])
def test_request_to_a_part_that_is_down_is_503(stack: LocalStack, part: str) -> None:
    """Stopped, not killed, so that it stays down for the test; and health names it."""
    identity = stack.layout.identity()
    process = processes(stack)[part]
    process.suspend()
    path = {"rest": "/rest/v1/currencies", "auth": "/auth/v1/settings"}[part]
    try:
        found = httpx.get(f"{identity.api_url}/health", timeout=10)
        assert found.status_code == 503
        assert [name for name, state in found.json()["parts"].items() if state == "down"] == [part]
        process.kill()
        answer = httpx.get(f"{identity.api_url}{path}", headers={"apikey": identity.secret_key}, timeout=10)
    finally:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    if answer.status_code != 200:  # else the supervisor has been faster
        assert answer.status_code == 503
        assert answer.json()["details"] == "gateway.unavailable"
        assert answer.headers["retry-after"]
    until(lambda: is_healthy(stack), 60)


@pytest.fixture
def sleep_long(env: dict[str, str]) -> Iterator[None]:
    """A function that anybody may call and nobody lives to see the end of."""
    with psycopg.connect(env["SUPABASE_DB_URL"], autocommit=True) as connection:
        connection.execute("create function public.sleep_long() returns void language sql as 'select pg_sleep(20)'")
        connection.execute("grant execute on function public.sleep_long to anon; notify pgrst, 'reload schema'")
        yield
        connection.execute("drop function public.sleep_long(); notify pgrst, 'reload schema'")


@pytest.mark.usefixtures("stack", "sleep_long")
def test_query_that_takes_too_long_is_503(env: dict[str, str]) -> None:
    """The role's own time-out ends it, and the caller is told to come back."""
    while (answer := _sleep(env)).status_code == 404:  # until PostgREST has seen the function
        time.sleep(0.2)
    assert (answer.status_code, answer.json()["code"]) == (503, "57014")
    assert "ask for less" in answer.json()["hint"]
    assert answer.headers["retry-after"]


def _sleep(env: dict[str, str]) -> httpx.Response:
    headers = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    return httpx.post(f"{env['SUPABASE_URL']}/rest/v1/rpc/sleep_long", headers=headers, timeout=30)
