"""Every call that docs/operations.md shows, made as it is shown there."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from operations import page
from operations.household import Household, names_in
from operations.registry import Operation, load

ROOT = Path(__file__).parents[3]
ALL = load()
Homes = Callable[[Operation, str], Household]


@pytest.fixture(scope="module")
def homes(sign_up: Callable[..., Any], db: psycopg.Connection[Any], env: dict[str, str]) -> Homes:
    """A household with a row of everything for each way to call, and one for each call that wants it alone."""
    found: dict[str, Household] = {}

    def home(each: Operation, way: str) -> Household:
        if each.alone:
            return Household(sign_up, db, env)
        if way not in found:
            found[way] = Household(sign_up, db, env)
            found[way].stock()
        return found[way]

    return home


@pytest.fixture
def files(homes: Homes, tmp_path: Path) -> Path:
    """What somebody uploads."""
    return write_files(homes, tmp_path, "curl")


def write_files(homes: Homes, folder: Path, way: str) -> Path:
    home = homes(ALL[-1], way)
    (folder / "statement.csv").write_bytes(home.statement())
    (folder / "receipt.png").write_bytes(home.receipt())
    return folder


@pytest.fixture(scope="module")
def javascript(homes: Homes, env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of all the calls with supabase-js."""
    calls = []
    for each in ALL:
        home = homes(each, "supabase-js")
        given = {name: home.given(name) for name in names_in(each.javascript)}
        session = home.client.auth.get_session()
        assert session
        tokens = {"access_token": session.access_token, "refresh_token": session.refresh_token}
        calls.append({"name": str(each), "code": each.javascript, "given": given, "session": tokens})
    folder = write_files(homes, tmp_path_factory.mktemp("files"), "supabase-js")
    node = ROOT / ".venv" / "bin" / "node"
    # beside node_modules, where an import is looked for
    program = ROOT / "tests" / "http" / "operations" / "documented_calls.mjs"
    done = subprocess.run(
        [node, program, folder],
        input=json.dumps(calls),
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.mark.parametrize("each", ALL, ids=str)
def test_supabase_js_call_answers(javascript: dict[str, Any], each: Operation) -> None:
    answer = javascript[str(each)]
    assert answer["error"] is None, f"{each.javascript}: {answer['error']}"
    assert answer["data"] != [], f"{each.javascript} finds nothing"


@pytest.mark.parametrize("each", ALL, ids=str)
def test_curl_call_answers(homes: Homes, env: dict[str, str], files: Path, each: Operation) -> None:
    home = homes(each, "curl")
    given = {name: home.given(name) for name in names_in(each.curl)}
    (files / ".curlrc").write_text("fail-with-body\nmax-time 30\n")
    environment = {name: value for name, value in env.items() if name.startswith(("SUPABASE_", "MAIL_"))}
    environment |= given | {"PATH": os.environ["PATH"], "HOME": str(files), "LANG": "C.UTF-8"}
    # the keys are in the environment already, and the person is signed in
    preamble = [line for line in page.PREAMBLE.splitlines() if not line.startswith(("export", "TOKEN="))]
    session = home.client.auth.get_session()
    assert session
    script = "\n".join([*preamble, each.curl])
    done = subprocess.run(
        ["bash", "-c", script],
        env=environment | {"TOKEN": session.access_token},
        cwd=files,
        capture_output=True,
        text=True,
        check=False,
    )
    if each.curl_refused:
        assert each.curl_refused in done.stdout
        return
    assert done.returncode == 0, f"{each.curl}: {done.stdout}{done.stderr}"
    assert done.stdout != "[]", f"{each.curl} finds nothing"


def test_page_is_what_the_tests_declare() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.text(), "`make docs` writes it anew"


def test_no_operation_has_gone() -> None:
    """An app that is written against the page counts on every one of them."""
    assert Counter(each.subject for each in ALL) == {
        "Auth": 9, "Users": 6, "Accounts": 7, "Transactions": 15, "Recurring transactions": 5, "Categories": 7, "Budgets": 10,
        "Goals": 7, "Analytics": 9, "Transfers": 5, "Labels": 5, "Account groups": 5, "Debts": 6, "Notifications": 5,
        "Attachments": 4, "Imports": 2, "Books": 5, "Payees": 1, "Rules": 2, "Statements": 3, "Changes": 7, "Expenses": 4,
        "Tracking": 3, "Admins": 4, "Extracts": 5, "HTTP": 5,
    }  # fmt: skip


def test_every_operation_can_be_refused_and_is_named_once() -> None:
    assert all(each.refusals for each in ALL)
    assert len({str(each) for each in ALL}) == len(ALL)


def test_every_code_is_explained() -> None:
    sources = [ROOT / "sql" / "ERRORS.md", *(ROOT / "edge_api").glob("*.py")]
    explained = "".join(source.read_text(encoding="utf-8") for source in sources)
    gateway = (ROOT / "stack" / "gateway" / "gateway.lua").read_text(encoding="utf-8")
    codes = {code.split()[1] for each in ALL for code in each.refusals}
    unknown = {code for code in codes if "." in code and code not in explained}
    assert not {code for code in unknown if f'"{code.removeprefix("gateway.")}"' not in gateway}
