"""What an operator sees: health, numbers, and one request followed through all logs, without a secret in any."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import structlog
from psycopg import sql

from edge_api import health, logs
from edge_api.settings import Settings
from tests.conftest import LOCAL_ENVIRONMENT, Person

Db = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where the stack under test logs."""
    return LOCAL_ENVIRONMENT.parents[1] / os.environ.get("WALLETBASE_STACK", "local") / "logs"


def lines_about(folder: Path, part: str, request_id: str, seconds: float = 10) -> list[str]:
    deadline = time.monotonic() + seconds
    while True:
        text = "".join(file.read_text(errors="replace") for file in sorted(folder.glob(f"{part}.log*")))
        found = [line for line in text.splitlines() if request_id in line]
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def test_every_part_is_well(env: dict[str, str]) -> None:
    found = httpx.get(
        f"{env['SUPABASE_URL']}/functions/v1/health", headers={"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    ).json()
    assert found["status"] == "ok"
    assert {"database", "rest", "auth", "worker", "queue", "disk", "mail"} <= set(found["parts"])


@pytest.mark.parametrize(("greeting", "state"), [(b"220 here\r\n", "ok"), (b"554 busy\r\n", "down"), (b"", "down")])
def test_each_part_that_is_away_is_named(greeting: bytes, state: str) -> None:
    """By a sidecar that finds a mail server of some kind, the disk, and nothing else."""

    async def check() -> health.Health:
        async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(greeting)
            writer.close()

        nowhere = "http://127.0.0.1:9"
        async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            database = "postgresql://nobody@127.0.0.1:9/nothing"
            return await health.check(
                Settings(
                    supabase_url=nowhere, database_url=database, direct_database_url=database, auth_url=nowhere,
                    rest_health_url=nowhere, smtp_host="127.0.0.1", smtp_port=port, storage_url="s3://elsewhere",
                )
            )  # fmt: skip

    found = asyncio.run(check())
    assert found.status == "down"
    assert {part for part, is_ in found.parts.items() if is_ == "ok"} == {"disk"} | (
        {"mail"} if state == "ok" else set()
    )


def test_a_request_is_found_in_every_log_by_its_id(
    env: dict[str, str], db: Db, sign_up: Callable[..., Person], folder: Path
) -> None:
    person, request_id = sign_up(), f"trace-{uuid4().hex}"
    token = person.http.headers["authorization"].removeprefix("Bearer ")
    # gateway → sidecar → SQL
    answer = person.http.get(f"/functions/v1/tasks/{uuid4()}", headers={"x-request-id": request_id})
    assert answer.headers["x-request-id"] == request_id
    (gateway,) = lines_about(folder, "gateway", request_id)
    assert json.loads(gateway)["request_id"] == request_id
    edge = [json.loads(line) for line in lines_about(folder, "edge_api", request_id)]
    assert [line["part"] for line in edge if line["message"] == "request"] == ["edge_api"]
    # gateway → REST → SQL → queue → worker
    request_id = f"trace-{uuid4().hex}"
    invited = f"{uuid4().hex}@example.com"
    person.http.post(
        "/rest/v1/book_invitations", json={"email": invited}, headers={"x-request-id": request_id}
    ).raise_for_status()
    worker = [json.loads(line) for line in lines_about(folder, "worker", request_id)]
    assert [(line["message"], line["status"]) for line in worker] == [("mail", "sent")]
    # and nothing that opens a door is in any of them
    everything = "".join(
        file.read_text(errors="replace")
        for part in ("gateway", "edge_api", "worker")
        for file in folder.glob(f"{part}.log*")
    )
    secrets = [
        token,
        person.password,
        *(env[name] for name in ("SUPABASE_SECRET_KEY", "SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_JWT_SECRET")),
    ]
    secrets.append(re.search(r":([^:@]+)@", env["SUPABASE_DB_URL"])[1])  # type: ignore[index]
    for secret in secrets:
        assert secret not in everything


def test_statements_carry_the_request(env: dict[str, str]) -> None:
    with psycopg.connect(env["SUPABASE_DB_URL"], autocommit=True, cursor_factory=logs.TracedCursor) as connection:
        query = "select query from pg_stat_activity where pid = pg_backend_pid() and %s::text is not null"
        with structlog.contextvars.bound_contextvars(request_id="abcdefgh-1"):
            for written in (query, query.encode(), sql.SQL(query)):
                told = connection.execute(written, ["x"]).fetchone()
                assert told and told[0].endswith("/* request_id=abcdefgh-1 */")
        with structlog.contextvars.bound_contextvars(request_id="x */ drop table y; /* abcdefgh"):
            told = connection.execute(query, ["x"]).fetchone()
            assert told and "request_id" not in told[0] and "drop" not in told[0]


def test_an_id_that_is_none_is_replaced(env: dict[str, str], sign_up: Callable[..., Person]) -> None:
    answer = sign_up().http.get(f"/functions/v1/tasks/{uuid4()}", headers={"x-request-id": "*/ select 1"})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What is logged, as it comes out."""
    logs.configure("test")
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    output = io.StringIO()
    handler.setStream(output)
    yield output
    logging.getLogger().handlers = []
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "secret",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "sb_secret_0123456789abcdef",
        "whsec_MDEyMzQ1Njc4OWFiY2RlZg==",
        "postgresql://postgres:hunter22@db.example.com/postgres",
        "Bearer 0123456789abcdef",
        "/functions/v1/files/AAAABBBBCCCCDDDDEEEE",
        "/functions/v1/unsubscribe?token=1.deadbeef",
        "host=x password=hunter22 user=y",
    ],
)
def test_secrets_do_not_get_into_a_line(said: io.StringIO, secret: str) -> None:
    log = structlog.get_logger()
    try:
        raise ValueError(f"could not use {secret} here")
    except ValueError:
        log.exception("trouble", reason=secret, nested={"list": [secret]})
    logging.getLogger("library").warning("it said %s", secret)
    lines = said.getvalue().splitlines()
    assert next(json.loads(line)["message"] for line in lines) == "trouble"
    assert len(lines) == 2
    for piece in ("eyJzdWIi", "0123456789abcdef", "MDEyMzQ1", "hunter22", "AAAABBBB", "deadbeef"):
        assert piece not in said.getvalue()


def test_sidecar_starts_without_a_warning() -> None:
    """Its log is JSON, a line each, and a warning of Python's is not."""
    subprocess.run([sys.executable, "-W", "error", "-c", "import edge_api.app"], check=True)


def test_named_secrets_are_hidden_whatever_they_look_like(said: io.StringIO) -> None:
    structlog.get_logger().info("settings", smtp_password='p"q', link_secret="x", access_token="y", name="seen")
    line = json.loads(said.getvalue())
    assert (line["smtp_password"], line["link_secret"], line["access_token"], line["name"]) == ("[hidden]",) * 3 + (
        "seen",
    )


def test_numbers_are_for_this_machine_alone(env: dict[str, str]) -> None:
    edge = httpx.get(env["EDGE_METRICS_URL"]).text
    assert re.search(r'walletbase_requests_total\{method="\w+",route="/[^"]*",status="\d+"\} [1-9]', edge)
    worker = httpx.get(env["WORKER_METRICS_URL"]).text
    figures = dict(re.findall(r"^(walletbase_\w+) (\S+)$", worker, re.MULTILINE))
    assert float(figures["walletbase_worker_silent_seconds"]) < 30
    assert float(figures["walletbase_queue_lag_seconds"]) >= 0
    # no identifier of a person or a book is among the labels
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", edge + worker)
    key = {"apikey": env["SUPABASE_SECRET_KEY"]}
    for path in ("/functions/v1/metrics", "/metrics"):
        assert httpx.get(env["SUPABASE_URL"] + path, headers=key).status_code == 404


def test_statements_are_counted(db: Db) -> None:
    row = db.execute("select count(*) from extensions.pg_stat_statements where query like '%private.%'").fetchone()
    assert row and row[0] > 0
