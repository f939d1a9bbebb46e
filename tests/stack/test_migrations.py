"""Migrations go up, down and up again; what `make migration` writes leads where it should, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from stack.migrations import build_from_sources, draft, draft_way_back, tidied, trial
from stack.scratch import Cluster, cluster

# what an older schema could have been like
OLDER = """
drop function public.search_transactions;
alter table public.accounts drop column credit_limit cascade;
alter table public.transaction_labels alter column book_id drop default;
alter table public.labels drop constraint labels_name_once;
alter table public.payees add column former uuid;
alter table public.payees alter column former set default private.current_book('viewer');
create or replace function private.euro_rate(currency text, day date) returns numeric
language sql stable set search_path = '' as 'select 1';
drop policy delete_editor on public.labels;
revoke update (name) on public.payees from authenticated;
drop trigger splits_add_up on public.transaction_splits;
alter default privileges in schema public grant select on tables to anon;
comment on table public.accounts is null;
drop index public.accounts_currency;
drop function private.tg_users__set_up() cascade;
drop view public.goal_statuses;
create view public.goal_statuses as select g.book_id from public.goals as g;
comment on column public.goal_statuses.book_id is 'The book, of old.';
create table public.former (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  primary key (book_id, id)
);
"""


@pytest.fixture
def scratch() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


def test_every_migration_can_be_undone_and_applied_again(scratch: Cluster) -> None:
    assert trial(scratch) == []


def test_nothing_is_migrated_where_nothing_differs(scratch: Cluster) -> None:
    migration, _ = draft(scratch, build_from_sources(scratch))
    assert migration.text == ""


def test_a_migration_leads_to_the_sources_and_back(scratch: Cluster) -> None:
    before = build_from_sources(scratch)
    before.execute(OLDER)
    migration, after = draft(scratch, before)
    assert migration.problems == []
    assert draft_way_back(before, after).problems == []


def test_what_is_new_is_taken_as_it_stands(scratch: Cluster) -> None:
    """The first migration is sql/ in load order, comments and all."""
    migration, _ = draft(scratch, scratch.database("empty"))
    assert migration.problems == []
    assert re.findall(r"^-- sql/(\S+)$", migration.text, flags=re.MULTILINE)[0] == "foundation/schemas.sql"
    assert "create table public.accounts (" in migration.text


def test_column_grants_are_merged() -> None:
    text = """\
REVOKE ALL ON TABLE "public"."labels" FROM "authenticated";

REVOKE ALL ("name") ON TABLE "public"."labels" FROM "authenticated";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."labels" TO "authenticated";

GRANT INSERT ("color") ON TABLE "public"."labels" TO "authenticated";
"""
    assert (
        tidied(text)
        == """\
REVOKE ALL ON TABLE "public"."labels" FROM "authenticated";

GRANT
  INSERT ("name", "color"),
  UPDATE ("name")
ON TABLE "public"."labels" TO "authenticated";
"""
    )
