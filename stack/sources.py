"""Where the schema's sources and migrations lie, and in which order they load."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLATFORM = ROOT / "stack" / "platform"
SQL = ROOT / "sql"
LOAD_ORDER = SQL / "load_order.txt"
MIGRATIONS = ROOT / "supabase" / "migrations"
ROLLBACKS = ROOT / "supabase" / "rollbacks"


def load_order() -> list[Path]:
    """Files of sql/ in the order they load. Blank lines and lines that begin with # are left out."""
    lines = (line.strip() for line in LOAD_ORDER.read_text().splitlines())
    return [SQL / line for line in lines if line and not line.startswith("#")]


def load_order_problems() -> list[str]:
    """What keeps load_order.txt from naming every file of sql/ exactly once."""
    named = Counter(load_order())
    present = set(SQL.rglob("*.sql"))
    problems = [f"{name(file)} is named {count} times" for file, count in named.items() if count > 1]
    problems += [f"{name(file)} is named but does not exist" for file in named if file not in present]
    problems += [f"{name(file)} is not named" for file in sorted(present - set(named))]
    return problems


def migrations() -> list[Path]:
    """Migrations in the order they apply."""
    return sorted(MIGRATIONS.glob("*.sql"))


def rollback_of(migration: Path) -> Path:
    return ROLLBACKS / migration.name


def version_of(migration: Path) -> str:
    return migration.name.partition("_")[0]


def name(path: Path) -> str:
    """A path as people say it: from the project's root."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
