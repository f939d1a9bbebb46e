"""Numbers for Prometheus, at http://127.0.0.1:METRICS_PORT/metrics: on a port of their own, which no gateway leads to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from prometheus_client import Counter, Histogram, start_http_server
from prometheus_client.core import REGISTRY, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from edge_api.settings import Settings

__all__ = ["JOBS", "JOB_SECONDS", "MAILS", "REQUESTS", "REQUEST_SECONDS", "WEBHOOKS", "measured", "serve"]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)

REQUESTS = Counter("walletbase_requests", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("walletbase_request_seconds", "Until the answer began.", ["route"], buckets=SECONDS)
JOBS = Counter("walletbase_jobs", "Jobs done, by outcome: done or failed.", ["task", "outcome"])
JOB_SECONDS = Histogram("walletbase_job_seconds", "How long a job took.", ["task"], buckets=SECONDS)
MAILS = Counter("walletbase_mails", "What has become of mails.", ["status"])
WEBHOOKS = Counter("walletbase_webhook_attempts", "What has become of attempts to tell a webhook.", ["outcome"])

QUEUE = """
select waiting, running, set_aside, extract(epoch from lag)::float, coalesce(extract(epoch from silent_for)::float, -1)
from private.queue_health()
"""
QUEUE_FIGURES = (
    ("walletbase_queue_waiting", "Jobs that are due."),
    ("walletbase_queue_running", "Jobs that are being done."),
    ("walletbase_queue_set_aside", "Jobs that are not tried any more."),
    ("walletbase_queue_lag_seconds", "How long the oldest due job has waited."),
    ("walletbase_worker_silent_seconds", "Since when no worker was heard of; -1 where there never was one."),
)


class Queue(Collector):
    """The queue as it is when somebody asks."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def describe(self) -> Iterable[Metric]:
        return [GaugeMetricFamily(name, text) for name, text in QUEUE_FIGURES]

    def collect(self) -> Iterable[Metric]:
        try:
            with psycopg.connect(self._url, connect_timeout=3, prepare_threshold=None) as connection:
                connection.execute("set local role service_role")
                found = connection.execute(QUEUE).fetchone()
        except psycopg.Error:
            # the other numbers are wanted all the more
            found = None
        for (name, text), value in zip(QUEUE_FIGURES, found or (), strict=bool(found)):
            yield GaugeMetricFamily(name, text, value=value)


@contextmanager
def measured(task: str) -> Iterator[None]:
    """Counts and times a job."""
    began, outcome = time.monotonic(), "failed"
    try:
        yield
        outcome = "done"
    finally:
        JOBS.labels(task, outcome).inc()
        JOB_SECONDS.labels(task).observe(time.monotonic() - began)


def serve(settings: Settings, *, queue: bool = False) -> None:
    """Starts to answer, if a port is given; with the queue's numbers where that is wanted."""
    if not settings.metrics_port:
        return
    if queue:
        REGISTRY.register(Queue(settings.direct_database_url))
    start_http_server(settings.metrics_port, "127.0.0.1")
