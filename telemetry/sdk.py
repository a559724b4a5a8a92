"""The adapter on the SDK of OpenTelemetry, and the exporter for Application Insights. Imported when first needed.

Its providers are its own and never the process's: libraries with instrumentation of their own, such as FastAPI, find
none and stay silent, since what they would send are addresses, exceptions and more.
"""

import os
import secrets
from collections.abc import Mapping

from opentelemetry.context import Context
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

from telemetry.measuring import Attributes, Metric, Trace

_SECONDS = (
    Metric.REQUEST_SECONDS,
    Metric.MODEL_SECONDS,
    Metric.MODEL_FIRST,
    Metric.JOB_AGE,
    Metric.JOB_SECONDS,
)
_COUNTS = (
    Metric.REQUESTS,
    Metric.FALLBACKS,
    Metric.LEDGER_ANSWERS,
    Metric.LEDGER_FACTS,
    Metric.TURNED_AWAY,
    Metric.JOBS_ACCEPTED,
)
_LEVELS = {Metric.QUEUE_WAITING: "1", Metric.QUEUE_OLDEST: "s"}
# A call of a model may take 45 s, a whole request 90 s.
_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0)
_EVERY_MILLISECONDS = 60_000
_TIMEOUT_MILLISECONDS = 10_000
# The exporter would also report on itself to its maker, let its maker switch its parts on from afar, and keep what
# could not be sent on disk. None of that is for us to allow.
_OFF = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
)


class Instruments:
    """The instruments of one process.

    Args:
        version: Of the product.
        reader: Reads the metrics.
        processor: Takes the spans.
    """

    def __init__(self, version: str, reader: MetricReader, processor: SpanProcessor) -> None:
        resource = Resource(
            {"service.name": "amtsklar", "service.version": version, "service.instance.id": secrets.token_hex(4)}
        )
        self._meters = MeterProvider([reader], resource=resource)
        meter = self._meters.get_meter("amtsklar", version)
        self._counts = {metric: meter.create_counter(metric.value, "1") for metric in _COUNTS}
        self._levels = {metric: meter.create_gauge(metric.value, unit) for metric, unit in _LEVELS.items()}
        self._seconds = {
            metric: meter.create_histogram(metric.value, "s", explicit_bucket_boundaries_advisory=_BOUNDS)
            for metric in _SECONDS
        }
        self._tracers = TracerProvider(ALWAYS_ON, resource)
        self._tracers.add_span_processor(processor)
        self._tracer = self._tracers.get_tracer("amtsklar", version)

    @classmethod
    def for_application_insights(cls, version: str, connection: str) -> "Instruments":
        """Send to Application Insights, as the identity that `APPLICATIONINSIGHTS_AUTHENTICATION_STRING` names."""
        os.environ.update(dict.fromkeys(_OFF, "true"))
        from azure.monitor.opentelemetry.exporter import AzureMonitorMetricExporter, AzureMonitorTraceExporter

        metrics = AzureMonitorMetricExporter(connection_string=connection, disable_offline_storage=True)
        spans = AzureMonitorTraceExporter(connection_string=connection, disable_offline_storage=True)
        return cls(
            version,
            PeriodicExportingMetricReader(metrics, _EVERY_MILLISECONDS, _TIMEOUT_MILLISECONDS),
            # As slow as the metrics, so that the moment of arrival says little about the moment of a request.
            BatchSpanProcessor(spans, schedule_delay_millis=_EVERY_MILLISECONDS),
        )

    def count(self, metric: Metric, number: int, attributes: Attributes) -> None:
        """Add to a counter."""
        self._counts[metric].add(number, _named(attributes), Context())

    def took(self, metric: Metric, seconds: float, attributes: Attributes) -> None:
        """Add a duration to a distribution."""
        self._seconds[metric].record(seconds, _named(attributes), Context())

    def level(self, metric: Metric, value: float) -> None:
        """Set a level."""
        self._levels[metric].set(value, None, Context())

    def trace(self, trace: Trace) -> None:
        """Send one request with its steps."""
        # An empty context: whatever trace a caller came with says more about the caller than we want to know.
        span = self._tracer.start_span(
            "request", Context(), SpanKind.INTERNAL, _named(trace.attributes), start_time=trace.begun
        )
        for name, at, attributes in trace.marks:
            span.add_event(name, _named(attributes), at)
        within = set_span_in_context(span, Context())
        for step in trace.steps:
            part = self._tracer.start_span(
                step.name, within, SpanKind.INTERNAL, _named(step.attributes), start_time=step.begun
            )
            part.end(step.ended)
        if trace.failed:
            span.set_status(Status(StatusCode.ERROR))
        span.end(trace.ended)

    def close(self) -> None:
        """Send what is left, within seconds."""
        self._meters.shutdown(_TIMEOUT_MILLISECONDS)
        self._tracers.shutdown()


def _named(attributes: Attributes) -> Mapping[str, str]:
    return {name.value: value for name, value in attributes.items()}
