"""Lengths of time as the protocol and the real server's settings write them: `24h`, `1h30m`, `500ms`."""

from __future__ import annotations

import re

__all__ = ["seconds"]

UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """The length in seconds. Raises ValueError."""
    if not re.fullmatch(r"([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+", text):
        raise ValueError(text)
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)", text)
    return sum(float(amount) * UNITS[unit] for amount, unit in parts)
