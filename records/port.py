"""The port for counters: day, tenant, capability, rule, outcome. No person, no text, no time finer than a day."""

from typing import Protocol


class Records(Protocol):
    """Counts."""

    def count(self, tenant_id: str, event: str, detail: str = "") -> None:
        """Count one event such as `rewrite`, `blocked` or `refused`; `detail` is a rule id or outcome code."""
        ...
