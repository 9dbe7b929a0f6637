"""What is counted and how it is called: Prometheus metrics, with no label that could point at a person."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
CONTENT_TYPE = CONTENT_TYPE_LATEST

inbound = Counter("connexions_inbound", "Messages that reached us", ["channel", "outcome"], registry=REGISTRY)
refused = Counter("connexions_refused", "Requests refused before reading", ["where", "why"], registry=REGISTRY)
turns = Counter("connexions_turns", "Turns of talk by topic and outcome", ["topic", "outcome"], registry=REGISTRY)
turn_seconds = Histogram(
    "connexions_turn_seconds",
    "From reading a message to its reply being stored",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=REGISTRY,
)
deliveries = Counter("connexions_deliveries", "Steps of deliveries", ["lane", "status", "reason"], registry=REGISTRY)
receipts = Counter("connexions_receipts", "Receipts from providers", ["lane", "status"], registry=REGISTRY)
oldest_waiting_seconds = Gauge(
    "connexions_oldest_waiting_seconds", "Age of the oldest one waiting (0: none)", ["queue"], registry=REGISTRY
)
job_age_seconds = Gauge("connexions_job_age_seconds", "Since a job last ended well", ["job"], registry=REGISTRY)

notices = Counter(
    "connexions_notices", "Notices to staff by what became of them", ["means", "outcome"], registry=REGISTRY
)
clock_silent_seconds = Gauge(
    "connexions_clock_silent_seconds",
    "How long nobody has worked the clock while one runs (0: all is well)",
    registry=REGISTRY,
)


def exposition() -> bytes:
    """All metrics of this process in the text form that Prometheus reads."""
    return generate_latest(REGISTRY)
