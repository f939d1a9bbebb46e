"""What people see while the stack works: one line a step, colours only on a terminal."""

from __future__ import annotations

import os
import sys
import time

__all__ = ["Progress", "complain", "heading", "step", "table"]


def step(text: str) -> None:
    print(f"{_paint('36', '·')} {text}", flush=True)


def heading(text: str) -> None:
    print(f"\n{_paint('1', text)}\n", flush=True)


def table(rows: dict[str, str]) -> None:
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"  {_paint('2', name.ljust(width))}  {value}", flush=True)


class Progress:
    """How much is done, how fast, and how long the rest takes: a bar on a terminal, elsewhere a line a minute."""

    def __init__(self, total: int, unit: str) -> None:
        self.total = total
        self.done = 0
        self._unit = unit
        self._began = time.monotonic()
        self._shown = self._began
        self._is_seen = sys.stderr.isatty()

    @property
    def rate(self) -> float:
        return self.done / max(time.monotonic() - self._began, 0.001)

    def add(self, count: int = 1) -> None:
        self.done += count
        is_over = self.done >= self.total
        if time.monotonic() - self._shown < (0.5 if self._is_seen else 60) and not is_over:
            return
        self._shown = time.monotonic()
        bar = "#" * round(30 * self.done / self.total)
        left = (self.total - self.done) / self.rate
        line = f"{bar:.<30} {self.done:>9,} {self._unit}  {self.rate:>7,.0f}/s  {left:4.0f} s left"
        print(
            f"\r{line}" if self._is_seen else line,
            end="" if self._is_seen and not is_over else "\n",
            file=sys.stderr,
            flush=True,
        )


def complain(text: str) -> None:
    print(f"{_paint('31', 'Stopped:', sys.stderr)} {text}", file=sys.stderr, flush=True)


def _paint(code: str, text: str, stream: object = sys.stdout) -> str:
    coloured = getattr(stream, "isatty", bool)() and "NO_COLOR" not in os.environ
    return f"\033[{code}m{text}\033[0m" if coloured else text
