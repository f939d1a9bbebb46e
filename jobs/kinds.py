"""What the worker can do, by the names that private.enqueue is given."""

from __future__ import annotations

__all__ = ["JOBS", "TASKS"]

# by the values of the enum task_kind: modules with `run(task: Task) -> dict[str, object]`; each run is a process of its own
TASKS = {
    "extract": "jobs.extract",
    "export": "jobs.exports",
    "import": "jobs.imports",
    "restore": "jobs.restore",
    "bulk": "jobs.bulk",
}

# short jobs of queue default, done by threads: modules and functions; the job's args are the function's
JOBS: dict[str, tuple[str, str]] = {
    "clean_up_files": ("jobs.files", "clean_up"),
    "deliver_webhook": ("jobs.webhook", "deliver"),
    "load_exchange_rates": ("jobs.exchange_rates", "refresh"),
    "send_mail": ("jobs.mail", "send"),
}
