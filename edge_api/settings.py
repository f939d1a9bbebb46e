"""Settings of the sidecar: the project's URL, a key, the database, and where mail goes."""

from __future__ import annotations

from typing import Self

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings

__all__ = ["Settings"]


class Settings(BaseSettings):
    """URL, publishable key and database are all that it needs beside a hosted project."""

    supabase_url: str = "http://127.0.0.1:54321"
    supabase_publishable_key: str = ""
    # of the older, shared kind; where it is not given, Auth is asked about tokens that are signed with it
    supabase_jwt_secret: str = ""
    # may lead through a pooler in transaction mode
    database_url: str = ""

    # shorter ways, where there are any: without the pooler, and past the gateway
    direct_database_url: str = ""
    auth_url: str = ""
    rest_health_url: str = ""

    # under which /functions/v1 is met from outside, where that is not the project's URL
    public_url: str = ""
    # where files lie: file:///folder or s3://bucket/prefix, see docs/files.md
    storage_url: str = "file:///var/lib/walletbase/files"
    # what links to files are sealed with, the same for sidecar and worker
    link_secret: str = ""
    # what calls to /tick are signed with, where no worker runs: see docs/tasks.md
    tick_secret: SecretStr = SecretStr("")

    # where Prometheus asks, on loopback alone; 0 for nowhere
    metrics_port: int = 0

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 54325

    @model_validator(mode="after")
    def take_the_long_way(self) -> Self:
        self.direct_database_url = self.direct_database_url or self.database_url
        self.public_url = self.public_url or self.supabase_url
        self.auth_url = self.auth_url or f"{self.supabase_url}/auth/v1"
        self.rest_health_url = self.rest_health_url or f"{self.supabase_url}/rest/v1/"
        return self
