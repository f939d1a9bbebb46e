"""What people see while the stack works: one line a step, colours only on a terminal."""

from __future__ import annotations

import os
import sys

__all__ = ["complain", "heading", "step", "table"]


def step(text: str) -> None:
    print(f"{_paint('36', '·')} {text}", flush=True)


def heading(text: str) -> None:
    print(f"\n{_paint('1', text)}\n", flush=True)


def table(rows: dict[str, str]) -> None:
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"  {_paint('2', name.ljust(width))}  {value}", flush=True)


def complain(text: str) -> None:
    print(f"{_paint('31', 'Stopped:', sys.stderr)} {text}", file=sys.stderr, flush=True)


def _paint(code: str, text: str, stream: object = sys.stdout) -> str:
    coloured = getattr(stream, "isatty", bool)() and "NO_COLOR" not in os.environ
    return f"\033[{code}m{text}\033[0m" if coloured else text
