"""Settings of the worker: those of the sidecar, and how patient it is."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from edge_api import settings

__all__ = ["Settings"]


class Settings(settings.Settings):
    """It works by direct_database_url, no pooler in transaction mode: it listens, and a task holds a lock while it runs."""

    # tasks are done by a process each; short jobs by threads, which wait for others most of the time
    worker_tasks: int = 2
    worker_threads: int = 4

    # a task is asked to end cleanly after the first, and its process is killed after the second; private.time_out_tasks ends
    # after half an hour what is still there, whatever is set here
    task_soft_limit_seconds: float = 25 * 60
    task_hard_limit_seconds: float = Field(30 * 60, le=30 * 60)

    # the worker and each task show that they live; what a worker had begun is begun again when it was silent for so long
    heartbeat_seconds: float = 3
    silence_seconds: float = 15
    # five tries, the pauses between them growing threefold: 5 s, 15 s, 45 s, 135 s
    retry_seconds: float = 5
    # what has not ended so long after the worker was told to stop is handed back
    stop_seconds: float = 20

    # where the rates of the last 90 days are: the ECB's feed, or a file:///… of the same form
    exchange_rates_url: str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml"

    # where links in mails lead: the app that people use
    site_url: str = "http://127.0.0.1:3000"

    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    # tls from the first byte, starttls or nothing is sent, or none; by itself tls at port 465, none on this machine, else starttls
    smtp_security: Literal["", "tls", "starttls", "none"] = ""
    mail_from: str = "Walletbase <no-reply@walletbase.test>"

    # whether webhooks may lead to this machine: for developers
    webhook_allow_loopback: bool = False

    @model_validator(mode="after")
    def secure_mail(self) -> Self:
        if not self.smtp_security:
            here = self.smtp_host in ("127.0.0.1", "::1", "localhost")
            self.smtp_security = "tls" if self.smtp_port == 465 else "none" if here else "starttls"
        return self
