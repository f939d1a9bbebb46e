"""The worker: `python -m jobs`. Told to stop, it takes nothing new and gives what it does some seconds to end."""

from __future__ import annotations

import asyncio

from edge_api import logs, metrics
from jobs.settings import Settings
from jobs.worker import work

if __name__ == "__main__":
    logs.configure("worker")
    metrics.serve(Settings(), queue=True)
    asyncio.run(work(Settings()))
