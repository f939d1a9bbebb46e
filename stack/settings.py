"""What a developer may change about the stack: environment variables, or lines of a git-ignored `.env` in the clone."""

from __future__ import annotations

import os
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from stack.commands import CommandError
from stack.sources import ROOT

__all__ = ["Settings", "read_settings"]

PREFIX = "WALLETBASE_"


def auth_lines() -> dict[str, str]:
    """What the environment or .env sets for Auth by its own names."""
    found = {**dotenv_values(ROOT / ".env"), **os.environ}
    return {name: value for name, value in found.items() if name.startswith("GOTRUE_") and value is not None}


class Settings(BaseSettings):
    """Every name carries the prefix WALLETBASE_ unless an alias is given."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=ROOT / ".env", extra="ignore", populate_by_name=True)

    # first of the 20 ports; without it, the one of the last start, else 54320
    port_base: int | None = Field(None, validation_alias="PORT_BASE", ge=1024, le=65_500)
    # where the gateway listens; everything else stays on loopback
    listen_address: str = "127.0.0.1"

    # origins whose pages may call the API; `*` as port stands for any
    cors_origins: list[str] = ["http://localhost:*", "http://127.0.0.1:*"]

    # requests per minute of one caller; the secret key has no limit
    rate_limits: bool = True
    reads_per_minute: int = 100
    writes_per_minute: int = 30
    analytics_per_minute: int = 10
    analytics_functions: list[str] = [
        "account_register",
        "balance_history",
        "cash_flow",
        "category_statistics",
        "forecast",
        "health_score",
        "income",
        "label_statistics",
        "net_worth",
        "spending",
        "top_merchants",
        "transaction_summary",
    ]

    # other builds of these two servers
    auth_bin: Path | None = Field(None, validation_alias="AUTH_BIN")
    # lines GOTRUE_…: they win over what is set for Auth here
    auth: dict[str, str] = Field(default_factory=auth_lines)
    postgrest_bin: Path | None = Field(None, validation_alias="POSTGREST_BIN")

    # a throw-away stack may lose its data in a power cut
    durable: bool = True

    # lines of postgresql.conf, after all others
    postgres_settings: str = ""


def read_settings() -> Settings:
    """The settings as they are now. Raises CommandError where one of them can't be meant."""
    known = {field.validation_alias or PREFIX + name.upper() for name, field in Settings.model_fields.items()}
    told = [
        f"{name} in .env: there is no such setting."
        for name in dotenv_values(ROOT / ".env")
        if name.upper().startswith(PREFIX) and name.upper() not in known
    ]
    try:
        settings = Settings()
        if not told:
            return settings
    except ValidationError as error:
        wrong = [(str(each["loc"][0]), each["msg"]) for each in error.errors()]
        told += [f"{name if name.isupper() else PREFIX + name.upper()}: {problem}." for name, problem in wrong]
    except SettingsError as error:
        # of lists, which are JSON
        told += [f"{error}. Lists are written as JSON."]
    raise CommandError(
        "\n".join([*told, "Correct it in the environment or in .env; stack/settings.py says what there is."])
    )
