"""sql/ERRORS.md lists exactly what sql/ raises, and what sidecar, worker and gateway refuse by themselves."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
SQL = ROOT / "sql"
RAISE = re.compile(r"raise sqlstate '(\w+)' using(.*?);\s*(?:--.*)?$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^\| ([a-z]+\.[a-z_]+) \| ([\d, ]+) \| (.+) \| (.+) \|$", re.MULTILINE)

REFUSED = re.compile(
    r'(?:Error\(\s*[\w.]+,|TaskFailed\(|refused\([^()]*,|"code":|details: str =)\s*"([a-z]+\.[a-z_]+)"'
)
GATEWAY = re.compile(r'\b[45]\d\d, "([a-z_]+)",')


def raised() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted(SQL.rglob("*.sql")):
        for code, using in RAISE.findall(file.read_text(encoding="utf-8")):
            detail = re.search(r"detail = '([a-z]+\.[a-z_]+)'", using)
            assert re.fullmatch(r"PT[45]\d\d", code), f"{file}: {code}"
            assert detail and "message = " in using and "hint = " in using, f"{file}: {using}"
            found[detail[1]].add(code.removeprefix("PT"))
    return found


def test_every_code_is_listed_with_its_statuses() -> None:
    lines = LINE.findall((SQL / "ERRORS.md").read_text(encoding="utf-8"))
    listed = {code: set(statuses.split(", ")) for code, statuses, _, _ in lines}
    assert listed == raised()
    assert list(listed) == sorted(listed)


def test_nothing_is_raised_without_a_code() -> None:
    """A bare `raise exception` would be P0001, which REST answers with 400 and no code."""
    # but by procrastinate, which no client reaches
    for file in set(SQL.rglob("*.sql")) - {SQL / "tasks" / "queue.sql"}:
        text = re.sub(r"--.*", "", file.read_text(encoding="utf-8"))
        assert not re.search(r"raise\s+(exception|'|format)", text, re.IGNORECASE), file
        assert len(re.findall(r"raise sqlstate", text)) == len(RAISE.findall(text)), file


def test_what_other_parts_refuse_is_listed_once() -> None:
    files = [*(ROOT / "edge_api").rglob("*.py"), *(ROOT / "jobs").rglob("*.py")]
    refused = {code for file in files for code in REFUSED.findall(file.read_text(encoding="utf-8"))}
    gateway = (ROOT / "stack" / "gateway" / "gateway.lua").read_text(encoding="utf-8")
    refused |= {f"gateway.{subject}" for subject in GATEWAY.findall(gateway)}
    # UnavailableError, by its parts, and what SQL writes into a task that is set aside
    refused |= {"auth.unavailable", "database.unavailable", "storage.unavailable", "tasks.set_aside"}
    by_database, _, others = (SQL / "ERRORS.md").read_text(encoding="utf-8").partition("\nSidecar, ")
    listed = re.findall(r"\b[a-z]+\.[a-z_]+\b", "\n".join(re.findall(r"^\| ([^|]+) \|", others, re.MULTILINE)))
    assert sorted(listed) == sorted(refused - {code for code, *_ in LINE.findall(by_database)})


def test_what_the_sidecar_describes_is_listed() -> None:
    described = {
        code
        for file in (ROOT / "edge_api").rglob("*.py")
        for code in re.findall(r'"4\d\d ([a-z]+\.[a-z_]+)"', file.read_text(encoding="utf-8"))
    }
    listed = set(re.findall(r"\b[a-z]+\.[a-z_]+\b", (SQL / "ERRORS.md").read_text(encoding="utf-8")))
    assert described and described <= listed, described - listed
