"""What changes too many rows for a request, as a task; what is refused, and that it is done once: tests/pgtap/tasks/bulk.sql."""

from __future__ import annotations

from typing import Any

from tests.conftest import Person
from tests.jobs.crews import task_of, until


def bulk(person: Person, function_name: str, headers: dict[str, str] | None = None, **arguments: Any) -> str:
    body = {"function_name": function_name, "arguments": arguments}
    answer = person.http.post("/rest/v1/rpc/start_bulk", json=body, headers=headers or {})
    return str(answer.raise_for_status().json()["id"])


def test_a_request_is_taken_back_by_a_task(subscriber: Person) -> None:
    labels: Any = subscriber.client.table("labels").insert([{"name": "a"}, {"name": "b"}]).execute().data
    history: Any = (
        subscriber.client.rpc("row_history", {"table_name": "labels", "row_id": labels[0]["id"]}).execute().data
    )
    over = task_of(subscriber, bulk(subscriber, "undo_request", xid=history[0]["xid"]), 30)
    assert (over["status"], over["result"]) == ("succeeded", {"rows": 2})
    assert subscriber.client.table("labels").select("id").execute().data == []


def test_what_the_function_refuses_is_the_tasks_error(subscriber: Person) -> None:
    over = task_of(subscriber, bulk(subscriber, "undo_request", xid="1"), 30)
    assert (over["status"], over["error"]["code"]) == ("failed", "ledger.change_missing")


def test_a_book_goes_with_the_task(subscriber: Person) -> None:
    book: Any = subscriber.client.rpc("create_book", {"name": "Large", "base_currency": "EUR"}).execute().data
    task = bulk(subscriber, "delete_book", {"x-book": book["id"]})
    until(lambda: subscriber.client.table("books").select("id").eq("id", book["id"]).execute().data == [], 30)
    assert subscriber.http.get("/rest/v1/tasks", params={"id": f"eq.{task}"}).json() == []
