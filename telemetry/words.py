"""The closed vocabulary of all measurements: what is not in it is measured as `sonstiges`.

Words come from the code and from the settings, never from a request; so no text, name or id of a person can become one.
"""

from collections.abc import Iterable
from enum import StrEnum

from telemetry.port import Outcome, Size

OTHER = "sonstiges"
# How many different attempts at one job are told apart.
_ATTEMPTS = 5


class Attribute(StrEnum):
    """Everything a measurement may carry beside its number."""

    TASK = "amtsklar.task"
    SIZE = "amtsklar.size"
    OUTCOME = "amtsklar.outcome"
    CODE = "amtsklar.code"
    MODEL = "amtsklar.model"
    POLICY = "amtsklar.policy"
    TOWN = "amtsklar.town"
    STATUS = "amtsklar.status"
    ATTEMPT = "amtsklar.attempt"


# Who wrote, what a check decided, and why a request, a writer or a caller's proof failed.
# `tests/test_telemetry_words.py` holds this list against the code.
CODES = frozenset(
    [
        *("ok", "model", "rules", "allow", "mask", "block"),
        *("internal", "policy_failed", "text_empty", "text_too_long", "field_missing", "needs_model"),
        *("no_answer", "town_not_ready"),
        *("writer_error", "answer_rejected", "zone_changed"),
        *("model_filtered", "model_filtered_midway", "model_truncated", "model_cut", "model_empty"),
        *("model_silent", "model_timeout", "model_busy"),
        *("model_rate_limited", "model_unreachable", "model_unavailable", "model_paused", "model_unauthorized"),
        *("model_unknown", "model_refused", "model_protocol"),
        *("trained", "training_missing", "acknowledgement_missing", "not_in_pilot", "switched_off"),
        *("switches_unreachable", "unknown_person"),
        *("unknown_tenant", "directory_unreachable"),
        *("no_token", "wrong_scheme", "unreadable", "wrong_algorithm", "unknown_key", "expired"),
        *("not_yet_valid", "wrong_issuer", "wrong_audience"),
        *("wrong_signature", "missing_claim", "wrong_channel", "not_endorsed", "no_service_url"),
        *("wrong_service_url", "foreign_service_url", "wrong_tenant", "no_person"),
        *("not_an_access_token", "foreign_client", "not_a_person", "missing_scope", "guest"),
        *("keys_unreachable", "keys_unexpected", "keys_too_long"),
    ]
)
JOB_OUTCOMES = frozenset(
    ("done", "running", "duplicate", "closed", "busy", "away", "failed", "given_up", "stopped", "lost")
)
# Of single facts, and of whole answers.
STATUSES = frozenset(("kept", "changed", "missing", "added", "clean", "findings"))


class Words:
    """The words of one installation.

    Args:
        tasks: What can be asked for.
        models: Models or deployments, as the settings name them.
    """

    def __init__(self, tasks: Iterable[str], models: Iterable[str] = ()) -> None:
        self._known: dict[Attribute, frozenset[str]] = {
            Attribute.TASK: frozenset(tasks),
            Attribute.CODE: CODES,
            Attribute.OUTCOME: JOB_OUTCOMES.union(outcome.value for outcome in Outcome),
            Attribute.STATUS: STATUSES,
            Attribute.MODEL: frozenset(models),
            Attribute.POLICY: frozenset(),
            Attribute.TOWN: frozenset(),
            Attribute.ATTEMPT: frozenset(str(number) for number in range(1, _ATTEMPTS + 1)),
            Attribute.SIZE: frozenset(size.value for size in Size),
        }

    def learn(self, attribute: Attribute, words: Iterable[str]) -> None:
        """Add words of a town's settings, while its rooms are built."""
        self._known[attribute] = self._known[attribute].union(words)

    def word(self, attribute: Attribute, value: str) -> str:
        """The value, where it is one of the words of this attribute; else `sonstiges`."""
        return value if value in self._known[attribute] else OTHER
