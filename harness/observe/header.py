"""The first entry of a timeline: what is run, on what, and when by the calendar. Credentials are taken out of it."""

from __future__ import annotations

from harness import __version__
from harness.model.cluster import ClusterRecord
from harness.model.scenario import Scenario
from harness.model.timeline import Header
from harness.model.timers import Timers
from harness.report.redact import redact


def header_of(
    scenario: Scenario, record: ClusterRecord, namespace: str, started_at: str, timers: Timers | None = None
) -> Header:
    """The header; `started_at` is ISO 8601, the entry's own time is 0, `timers` are what budgets are made of."""
    return Header(
        t=0.0,
        scenario=redact(scenario.as_data()),
        namespace=namespace,
        cluster=record.name,
        provider=record.provider,
        kubernetes_version=record.kubernetes_version,
        capabilities=[str(capability) for capability in record.capabilities],
        started_at=started_at,
        harness_version=__version__,
        timers=timers,
    )
