"""Supabase Auth's HTTP protocol over its table layout, for machines where the real server is not to be had.

The same clients, rows, password hashes and token claims as the real one, written from its observed behaviour and its
public documentation. `python -m stack.auth migrate` makes the tables, `python -m stack.auth serve` answers.
"""
