"""What changes so many rows that no request has time for it, in one transaction as who asked: merges, undos, deletions."""

from __future__ import annotations

from jobs.task import Task

__all__ = ["run"]

SAID = {
    "merge_payees": "Merging payees",
    "delete_category": "Moving entries",
    "undo_request": "Taking changes back",
    "delete_book": "Deleting the book",
}


def run(task: Task) -> dict[str, object]:
    """Does it once: the database keeps the result with what was done."""
    task.report(10, SAID[task.parameters["function"]])
    with task.member() as connection:
        found = connection.execute("select private.do_bulk(%s)", [task.id]).fetchone()
    assert found is not None
    result: dict[str, object] = found[0]
    return result
