"""`python -m stack.auth migrate` and `python -m stack.auth serve`."""

from __future__ import annotations

import argparse

import uvicorn

from stack.auth.database import migrate
from stack.auth.settings import Settings


def main() -> None:
    """Runs a command with the settings of the environment."""
    parser = argparse.ArgumentParser(prog="python -m stack.auth", description="A stand-in for Supabase Auth")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="make or update the tables of schema auth")
    commands.add_parser("serve", help="answer requests")
    arguments = parser.parse_args()
    settings = Settings()
    if not settings.db_database_url:
        parser.error("GOTRUE_DB_DATABASE_URL must say where the database is")
    if arguments.command == "migrate":
        for name in migrate(settings.db_database_url):
            print(f"auth: {name}")
        return
    if not settings.jwt_keys and not settings.jwt_secret:
        parser.error("GOTRUE_JWT_KEYS or GOTRUE_JWT_SECRET must be set")
    uvicorn.run(
        "stack.auth.app:create_app",
        factory=True,
        host=settings.api_host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,
        server_header=False,
        # X-Forwarded-For is judged in stack.auth.requests
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
