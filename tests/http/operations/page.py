"""Writes docs/operations.md from what the tests beside this file declare: `make docs`."""

from __future__ import annotations

from pathlib import Path

from operations.registry import Operation, load, subjects

__all__ = ["PAGE", "PREAMBLE", "text"]

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
PREAMBLE = """\
export $(make -s status o=env)
TOKEN=$SUPABASE_PUBLISHABLE_KEY   # until somebody signs in: then their access_token
call() {
  curl -sS "$SUPABASE_URL/$1" -H "apikey: $SUPABASE_PUBLISHABLE_KEY" -H "Authorization: Bearer $TOKEN" \\
    -H 'Content-Type: application/json' "${@:2}"
}
rest() { call "rest/v1/$@"; }
auth() { call "auth/v1/$@"; }
functions() { call "functions/v1/$@"; }"""
HEAD = """\
# Operations
One line for each thing that an app does: what to call with supabase-js, what to send with curl, and what it may be refused for. Made
from `tests/http/operations`, where every line is executed, the refusals too; `make docs` writes it anew.

{contents}

With curl, once in a shell:
```sh
{preamble}
```
`$account_id`, in supabase-js `account_id`, stands for an id that you have. Any call about rows of a book takes the header `x-book`
(a book's id), and speaks of one's default book without. `form({ … })` is a FormData of these fields. supabase-py has the calls of
supabase-js in snake_case, with `.execute()`.

**Refused** names status and code, [explained here](../sql/ERRORS.md). Besides what a line names, a call is refused with 401 without a
good token, with 403 `books.role_too_low` where a viewer writes, with 404 `books.missing` where `x-book` is none of one's books, with
429 `gateway.rate_limited` above the limits, with 503 `gateway.unavailable` while a part is down, and rarely with a 400 whose `code` is
empty, where the database went away in the middle: it may be done or not, so send it again with the same ids.

**Tables and functions** are called as [PostgREST 12](https://docs.postgrest.org/en/v12/references/api.html) describes. What is particular:
- an answer has at most 1,000 rows: ask on with `.range()`, or `limit` and `offset`;
- a key is `book_id` and `id`. `book_id` may be left out but where all of a key is asked for: upserts by another column name it,
  `on_conflict=book_id,name`, and PUT filters by both;
- rows of one insert have the same columns, or `columns=` lists them (supabase-js does), and what a row lacks is null, with
  `Prefer: missing=default` (`defaultToNull: false`) its default;
- no plans (415), no aggregates but `count` (400), no dry runs: `Prefer: tx=rollback` is refused with 400 `rows.rollback_unavailable`, since
  PostgREST would keep what was written; `max-affected` (`.maxAffected()`) is known from PostgREST 12.2 on, before it is refused with 400;
- where two ways lead to a table, a name says which: `transfers?select=*,from_account:accounts!transfers_from_account_id_fkey(name)`.
"""


def line(each: Operation) -> str:
    """A row of a subject's table."""
    codes = ", ".join(f"{code.split()[0]} `{code.split()[1]}`" for code in sorted(each.refusals))
    calls = "<br>".join(f"`{call}`".replace("|", "\\|") for call in (each.javascript, each.curl))
    return f"| {each.name} | {calls} | {codes} |"


def anchor(subject: str) -> str:
    return subject.lower().replace(" ", "-").replace(",", "")


def text() -> str:
    """The page."""
    operations = load()
    contents = " · ".join(f"[{subject}](#{anchor(subject)})" for subject in subjects())
    parts = [HEAD.replace("{contents}", contents).replace("{preamble}", PREAMBLE)]
    for subject in subjects():
        lines = [line(each) for each in operations if each.subject == subject]
        parts.append("\n".join([f"## {subject}", "| | supabase-js, curl | refused |", "|---|---|---|", *lines, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
