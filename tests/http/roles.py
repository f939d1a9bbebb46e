"""Writes docs/roles.md from what decisions.py decides and test_tenant_matrix.py tries: `make docs`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from decisions import FUNCTIONS, RELATIONS, Rules

__all__ = ["PAGE", "text"]

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
ROLES = {"anon": "nobody", "header": "a stranger", "viewer": "viewer", "editor": "editor", "owner": "owner"}
ACTIONS = {"GET": "read", "POST": "add", "PATCH": "change", "DELETE": "delete"}
# what is asked about is one row of the owner's: who may do the same with a row of their own stands here
NOTES = {
    "attachments": "Editors and owners add them at `/functions/v1/attachments`.",
    "imports": "Editors and owners add them at `/functions/v1/imports`.",
    "profiles": "Of the owner's. Everyone changes their own.",
    "book_members": "Of the editor's membership. Everyone may end their own, and no book loses its last owner.",
    "notifications": "Of each one's own: nobody sees another's.",
    "notification_preferences": "Of the owner's. Everyone has their own.",
    "subscriptions": "Of the owner's. Everyone sees their own; admins see all, grant and revoke.",
    "category_catalogue": "Admins change it.",
    "transaction_splits": "Parts come and go together, by `split_transaction`: one alone would not add up.",
    "admin_actions": "Admins read it.",
}
# what goes by who one is, or by what a row is like, and not by the role alone
PERSONAL = {
    "accept_invitation": "whom the invitation is for",
    "accept_transfer": "editors and owners, of two entries that are the sides of a transfer",
    "budget_templates": "everyone who is signed in",
    "cancel_task": "who has started it, and owners but for dumps",
    "create_book": "everyone who is signed in, as its owner",
    "decline_invitation": "whom the invitation is for",
    "end_session": "everyone, their own",
    "grant_subscription": "admins",
    "leave_book": "every member but the last owner",
    "mark_notification_read": "everyone, their own",
    "mark_all_notifications_read": "everyone, their own",
    "my_sessions": "everyone, their own",
    "request_account_deletion": "everyone, themselves, with the password",
    "revoke_subscription": "admins",
    "set_user_active": "admins",
    "start_bulk": "editors and owners; to delete the book, owners",
    "start_extract": "members with the plan premium",
    "switch_book": "every member, for themselves",
    "undo_import": "editors and owners, of what is committed and nobody has changed since",
    "undo_request": "editors and owners, of what nobody has changed since",
    "unlock_transactions": "editors and owners, of what is reconciled",
    "unread_notification_count": "everyone, their own",
}
HEAD = """\
# What each role may do
A book has viewers, editors and owners; a stranger is signed in and no member, whatever they send; nobody has the publishable key
alone. Made from `tests/http/decisions.py`, of which every cell is asked over REST, with every verb and the book compared afterwards;
`make docs` writes it anew. A table or function that nobody has decided on fails the tests.

## Tables and views
"""
CALLED = """
## Functions
Called as `/rest/v1/rpc/…`. **reads** answers about the book, **does** changes it, **—** is refused.

"""


def rights(rules: Rules, actor: str) -> str:
    """What somebody may do with the rows of a book."""
    allowed = [name for verb, name in ACTIONS.items() if rules[verb][actor] in {"reads", "writes"}]
    return ", ".join(allowed) or "—"


def answer(rules: Rules, actor: str) -> str:
    """What comes of a call about a book."""
    outcomes = {line[actor] for line in rules.values()}
    return "does" if "writes" in outcomes else "reads" if "reads" in outcomes else "—"


def table(rows: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """Rows with the same rights are one, in the order in which the first of them comes."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, cells in rows:
        groups[cells].append(f"`{name}`")
    head = ["| | " + " | ".join(ROLES.values()) + " |", "|---" * (len(ROLES) + 1) + "|"]
    lines = [f"| {', '.join(sorted(names))} | {' | '.join(cells)} |" for cells, names in groups.items()]
    return "\n".join(head + lines) + "\n"


def text() -> str:
    """The page."""
    relations = table((name, tuple(rights(each.rules, role) for role in ROLES)) for name, each in RELATIONS.items())
    functions = table(
        (name, tuple(answer(each.rules, role) for role in ROLES))
        for name, each in FUNCTIONS.items()
        if name not in PERSONAL
    )
    personal = "\n".join(f"- `{name}`: {who}" for name, who in sorted(PERSONAL.items())) + "\n"
    notes = "\n".join(f"- `{name}`: {note}" for name, note in sorted(NOTES.items())) + "\n"
    return HEAD + relations + "\n" + notes + CALLED + functions + "\nBy who one is:\n" + personal


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
