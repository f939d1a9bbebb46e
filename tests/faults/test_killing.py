"""Parts are killed at any moment while people write, upload, import and export: what was acknowledged is there, once.

`make test` does a few cycles, `make faults` two hundred.
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import psutil
import psycopg
from PIL import Image

from stack.local import LocalStack, health
from tests.conftest import Person

CYCLES = int(os.environ.get("FAULT_CYCLES", "4"))
PARTS = {"worker": "-m jobs", "edge_api": "edge_api.app", "database": "bin/postgres", "gateway": "nginx"}
FINAL = ("succeeded", "failed", "cancelled", "timed_out")
LINES = 60


@dataclass
class Client:
    """Somebody whose app sends everything again until it is acknowledged, under an id of its own."""

    person: Person
    account: str
    acknowledged: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in KINDS})
    pictures: dict[str, bytes] = field(default_factory=dict)
    transaction: str = ""
    trouble: list[str] = field(default_factory=list)

    def send(self, path: str, key: str, **content: Any) -> httpx.Response:
        while True:
            try:
                answer = self.person.http.post(path, **content)
            except httpx.TransportError:
                answer = None
            # 409 of an insert: the answer to an earlier one was lost
            if answer is not None and (answer.is_success or answer.status_code == 409):
                return answer
            if answer is not None and not is_passing(answer):
                self.trouble.append(f"{path} {key}: {answer.status_code} {answer.text}")
                return answer
            time.sleep(0.1)


def is_passing(answer: httpx.Response) -> bool:
    """Whether to try again later: an outage, or too many tasks that wait for a worker that is killed again and again."""
    code = answer.json().get("code") if answer.status_code == 400 else None
    # PostgREST's answer when its connection ends within a request is a refusal without a code
    return answer.status_code in (429, 503) or code == ""


def insert(client: Client) -> None:
    ids = [str(uuid4()) for _ in range(3)]
    row = {"account_id": client.account, "booked_on": "2024-05-05", "type": "expense", "amount": 1.25}
    client.send("/rest/v1/transactions", ids[0], json=[{**row, "id": each} for each in ids])
    client.acknowledged["insert"] += ids


def upload(client: Client) -> None:
    key = str(uuid4())
    image = Image.effect_noise((120, 90), random.uniform(5, 90))
    file = io.BytesIO()
    image.save(file, "PNG")
    form = {"id": key, "transaction_id": client.transaction}
    answer = client.send(
        "/functions/v1/attachments", key, data=form, files={"file": ("receipt.png", file.getvalue(), "image/png")}
    )
    if answer.is_success:
        client.acknowledged["upload"].append(key)


def bring_in(client: Client) -> None:
    key = str(uuid4())
    lines = "".join(f"2024-06-{n % 28 + 1:02};-{n + 1}.50;Shop {key} {n}\n" for n in range(LINES))
    form = {"id": key, "account_id": client.account, "commit": "true"}
    content = f"Date;Amount;Description\n{lines}".encode()
    client.send("/functions/v1/imports", key, data=form, files={"file": ("bank.csv", content, "text/csv")})
    client.acknowledged["import"].append(key)


def extract(client: Client) -> None:
    key = str(uuid4())
    body = {"from_date": "2024-01-01", "to_date": "2024-12-31", "interval": "day", "detailed": True, "id": key}
    client.send("/rest/v1/rpc/start_extract", key, json=body)
    client.acknowledged["extract"].append(key)


def export(client: Client) -> None:
    key = str(uuid4())
    client.send("/rest/v1/rpc/start_export", key, json={"format": random.choice(["csv", "xlsx", "hledger"]), "id": key})
    client.acknowledged["export"].append(key)


KINDS: dict[str, Callable[[Client], None]] = {
    "insert": insert, "upload": upload, "import": bring_in, "extract": extract, "export": export,
}  # fmt: skip


def make_client(person: Person, db: psycopg.Connection) -> Client:
    db.execute("insert into public.subscriptions (user_id, plan) values (%s, 'premium')", [person.id])
    prefer = {"Prefer": "return=representation"}
    account = {"name": "Checking", "type": "bank", "currency": "EUR", "initial_on": "2024-01-01"}
    made = person.http.post("/rest/v1/accounts?select=id", json=account, headers=prefer).raise_for_status().json()
    client = Client(person, made[0]["id"])
    insert(client)
    client.transaction = client.acknowledged["insert"][0]
    return client


def process_of(stack: LocalStack, part: str) -> psutil.Process | None:
    supervisor = psutil.Process(int((stack.layout.run / "supervisor.pid").read_text()))
    for child in supervisor.children():
        with suppress(psutil.NoSuchProcess):
            if PARTS[part] in " ".join(child.cmdline()):
                return child
    return None


def wait_until_healthy(stack: LocalStack) -> None:
    deadline = time.monotonic() + 90
    # jobs may wait for long, for a worker that is killed again and again
    while not (found := health(stack.layout.identity()).parts) or "down" in (found | {"queue": "ok"}).values():
        assert time.monotonic() < deadline, f"it does not come back: {found}"
        time.sleep(0.2)


def unexpected(stack: LocalStack) -> str:
    """What the sidecar has logged of errors that it has no answer to."""
    lines = (stack.layout.logs / "edge_api.log").read_text(errors="replace").splitlines()
    return "\n".join(line for line in lines if '"unexpected"' in line)[-20_000:]


def test_what_was_acknowledged_is_there_once(
    stack: LocalStack, sign_up: Callable[..., Person], env: dict[str, str]
) -> None:
    with psycopg.connect(env["SUPABASE_DB_URL"], autocommit=True) as db:
        clients = [make_client(sign_up(), db) for _ in range(2)]
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    over = threading.Event()

    def work(client: Client, kind: str) -> None:
        while not over.is_set():
            KINDS[kind](client)
            # what takes the worker longer would only pile up
            over.wait(0.2 if kind == "insert" else 8)

    threads = [threading.Thread(target=work, args=(client, kind)) for client in clients for kind in KINDS]
    for thread in threads:
        thread.start()
    killed = []
    try:
        for _ in range(CYCLES):
            time.sleep(chance.uniform(0.2, 2))
            part = chance.choice(list(PARTS))
            if process := process_of(stack, part):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
                    killed.append(part)
            wait_until_healthy(stack)
    finally:
        over.set()
        for thread in threads:
            thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    assert killed
    print(f"seed {seed}: killed {', '.join(killed)}")
    with psycopg.connect(env["SUPABASE_DB_URL"], autocommit=True) as db:
        for client in clients:
            assert not client.trouble, "\n".join([*client.trouble, unexpected(stack)])
            look_after(client, db)
        left = "select task_name, status::text from queue.procrastinate_jobs where queue_name = 'tasks' and args ->> 'book_id' = any(%s)"
        assert db.execute(left, [[client.person.book_id for client in clients]]).fetchall() == []


def look_after(client: Client, db: psycopg.Connection) -> None:
    """Everything that was acknowledged has come to its end, is there, and nothing is there twice."""
    book = client.person.book_id
    unfinished = "select count(*) from public.tasks where book_id = %s and finished_at is null"
    deadline = time.monotonic() + 600
    while db.execute(unfinished, [book]).fetchone() != (0,):
        assert time.monotonic() < deadline, db.execute(
            "select kind, status, progress, message from public.tasks where book_id = %s and finished_at is null",
            [book],
        ).fetchall()
        time.sleep(0.3)

    bad = "select kind::text, status::text, error from public.tasks where book_id = %s and status <> 'succeeded'"
    assert db.execute(bad, [book]).fetchall() == []
    made = {
        str(key)
        for (key,) in db.execute("select id from public.transactions where book_id = %s and import_id is null", [book])
    }
    assert made == set(client.acknowledged["insert"])
    # of each import every line, once; what was never acknowledged would be there as a whole, too
    imported: dict[str, int] = dict(
        db.execute(
            "select i.id::text, (select count(*) from public.transactions as t where t.book_id = i.book_id and t.import_id = i.id) "
            "from public.imports as i where i.book_id = %s",
            [book],
        ).fetchall()
    )
    assert set(client.acknowledged["import"]) <= set(imported)
    assert set(imported.values()) <= {LINES}
    tasks = {str(key) for (key,) in db.execute("select id from public.tasks where book_id = %s", [book])}
    assert set(client.acknowledged["extract"] + client.acknowledged["export"]) <= tasks
    for key in client.acknowledged["extract"] + client.acknowledged["export"]:
        answer = client.person.http.get(f"/functions/v1/tasks/{key}/result", follow_redirects=True).raise_for_status()
        row = db.execute(
            "select result -> 'file' ->> 'sha256' from public.tasks where book_id = %s and id = %s", [book, key]
        ).fetchone()
        assert row and hashlib.sha256(answer.content).hexdigest() == row[0]
    rows = client.person.http.get("/rest/v1/attachments?select=id,sha256").raise_for_status().json()
    assert {row["id"] for row in rows} == set(client.acknowledged["upload"])
    for row in rows:
        link = client.person.http.get(f"/functions/v1/attachments/{row['id']}/file").raise_for_status()
        assert hashlib.sha256(link.content).hexdigest() == row["sha256"]
    assert db.execute("select * from private.verify_book(%s)", [book]).fetchall() == []
