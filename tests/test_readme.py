"""Runs the README's tour, command by command in one shell, and compares what comes out."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# stands for whatever differs from run to run, such as a random id
ANYTHING = "…"


def tour() -> list[tuple[str, str | None]]:
    """Commands with the output that the README promises, if it does."""
    section = README.partition("## A tour")[2].partition("\n## ")[0]
    steps: list[tuple[str, str | None]] = []
    for language, text in BLOCK.findall(section):
        if language == "sh":
            steps.append((text, None))
        else:
            assert steps, f"output without a command: {text}"
            steps[-1] = (steps[-1][0], text)
    return steps


@pytest.fixture(scope="module")
def outputs(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("tour")
    # `make -s status o=env` would speak of the developer's stack, not of the one under test
    make = folder / "make"
    lines = "".join(f"{name}={value}\n" for name, value in env.items() if name.startswith("SUPABASE_"))
    make.write_text(f"#!/bin/sh\n[ \"$*\" = '-s status o=env' ] || exit 2\ncat <<'EOF'\n{lines}EOF\n")
    make.chmod(0o755)
    # Ada can sign up only once
    someone = f"ada_{uuid4().hex[:8]}"
    script = ["set -eo pipefail"]
    for n, (command, _) in enumerate(tour()):
        command = command.replace("ada@example.com", f"{someone}@example.com").replace(
            '"username": "ada"', f'"username": "{someone}"'
        )
        command = command.replace("username = 'ada'", f"username = '{someone}'")
        script.append(f"{{\n{command}}} > '{folder}/{n}' 2>&1")
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["bash"], input="\n".join(script), text=True, cwd=ROOT, env=environment, check=False, timeout=120
    )
    found = [(folder / str(n)).read_text() if (folder / str(n)).exists() else "" for n in range(len(tour()))]
    assert done.returncode == 0, found
    return found


def trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


@pytest.mark.parametrize("step", range(len(tour())))
def test_tour_shows_what_the_readme_says(outputs: list[str], step: int) -> None:
    command, expected = tour()[step]
    if expected is None:
        assert outputs[step] == "", command
        return
    pattern = re.escape(trimmed(expected)).replace(ANYTHING, ".+?")
    assert re.fullmatch(pattern, trimmed(outputs[step]), re.DOTALL), (
        f"{command}\ngave\n{outputs[step]}\nand not\n{expected}"
    )


def test_the_tour_is_whole() -> None:
    """Four ways in, and almost every step shows what comes out."""
    commands = "".join(command for command, _ in tour())
    for client in ("curl ", "@supabase/supabase-js", "from supabase import", "psql "):
        assert client in commands
    assert sum(expected is not None for _, expected in tour()) >= 7


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([a-z]+)|`make ([a-z]+)", README, re.MULTILINE):
        assert re.search(rf"^{''.join(target)}:", makefile, re.MULTILINE), target
