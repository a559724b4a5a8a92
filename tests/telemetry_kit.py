"""OpenTelemetry with exporters that keep everything in memory, and a look at all of it as one text."""

from dataclasses import dataclass, field

from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from telemetry.measuring import Measuring
from telemetry.sdk import Instruments
from telemetry.words import Words
from writers.port import TaskKind

TASKS = [*(task.value for task in TaskKind), "pruefen"]


@dataclass
class Kept:
    """A `Measuring` whose measurements can be looked at."""

    models: tuple[str, ...] = ("probe",)
    at: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self.reader = InMemoryMetricReader()
        self.spans = InMemorySpanExporter()
        words = Words(TASKS, self.models)
        connect = lambda: Instruments("1.0", self.reader, SimpleSpanProcessor(self.spans))  # noqa: E731
        self.telemetry = Measuring(words, connect, now=self._now) if self.at else Measuring(words, connect)

    def _now(self) -> int:
        return self.at.pop(0) if len(self.at) > 1 else self.at[0]

    def points(self, name: str) -> dict[tuple[str, ...], float]:
        """The points of a metric: the values of its attributes, in the order of their names, to sum or value."""
        self.telemetry.settle()
        data = self.reader.get_metrics_data()
        found: dict[tuple[str, ...], float] = {}
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points if metric.name == name else ():
                        values = tuple(str(value) for _, value in sorted((point.attributes or {}).items()))
                        found[values] = getattr(point, "sum", None) or getattr(point, "value", 0.0)
        return found

    def everything(self) -> str:
        """Every metric, span, event and resource, as it would be sent."""
        self.telemetry.settle()
        data = self.reader.get_metrics_data()
        spans = "\n".join(span.to_json() for span in self.spans.get_finished_spans())
        return f"{data.to_json() if data else ''}\n{spans}"
