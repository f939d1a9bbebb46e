"""docs/roles.md is what decisions.py says."""

from __future__ import annotations

import roles
from decisions import FUNCTIONS, RELATIONS


def test_page_is_current() -> None:
    assert roles.PAGE.read_text(encoding="utf-8") == roles.text(), "make docs"


def test_notes_are_about_what_there_is() -> None:
    assert set(roles.NOTES) <= set(RELATIONS)
    assert set(roles.PERSONAL) <= set(FUNCTIONS)


def test_no_function_is_said_to_be_for_nobody() -> None:
    """What the matrix can't have succeed is not refused for want of a role: the page says in words who may."""
    listed = set(FUNCTIONS) - set(roles.PERSONAL)
    assert not {name for name in listed if {roles.answer(FUNCTIONS[name].rules, role) for role in roles.ROLES} == {"—"}}
