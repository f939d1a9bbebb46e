"""docs/contributing.md is done as it says: its table is made, its test passes, and the invariants hold for it."""

from __future__ import annotations

import re
from pathlib import Path

from stack import mutants, pgtap
from stack.migrations import build_next
from stack.scratch import cluster
from stack.sources import ROOT

PAGE = ROOT / "docs" / "contributing.md"


def test_newcomers_table_keeps_every_promise(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    table, test = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "wishes.sql"
    file.write_text(test.replace("../people.psql", str(pgtap.TESTS / "people.psql")))
    with cluster() as scratch:
        database = build_next(scratch)
        pgtap.set_up(database.url())
        assert mutants.notices(database, file), "its test can't pass without its table"
        database.run_text(table)
        assert not mutants.notices(database, file)
        [(last,)] = database.query("select max(place) from private.dumped_tables()")
        assert f"`({last + 1}, 'public', 'wishes', 'id')`" in page
        invariants = pgtap.prove(database.url(), [pgtap.TESTS / "invariants"])
        assert not invariants.failed, invariants.output
        # its policies, triggers and grants are weakened as everybody's are
        assert {each.change for each in mutants.mutants_of(database) if each.name == "wishes"} >= {
            "policy insert_editor dropped",
            "policy select_viewer using (true)",
            "policy update_editor with check (true)",
            "trigger record_delete dropped",
            "insert granted to authenticated",
        }
