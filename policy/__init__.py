"""The Dienstanweisung as code: what may be written and asked, and what must be masked before anyone sees it.

Imports of ours: german.text and german.lexicon only.
"""

from pathlib import Path

from policy.screening import PolicyError, Screener

__all__ = ["PolicyError", "load"]


def load(policy_file: Path, tenant_profile: Path | None = None) -> Screener:
    """Read a policy file and, if given, a town's profile; see `policy.loading.load`."""
    from policy.loading import load as read

    return read(policy_file, tenant_profile)
