"""What an operator sees of webhooks in /metrics, of one process."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

from app.webhooks.models import Outcome, WebhookState


class Figures:
    """The figures of webhooks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "clearsky_webhook_attempts",
            "Attempts of this process to deliver a message.",
            ["outcome"],
            registry=registry,
        )
        self._webhooks = Gauge(
            "clearsky_webhooks", "Webhooks that there are.", ["state"], registry=registry
        )
        self._lag = Gauge(
            "clearsky_webhook_lag_revisions",
            "By how many revisions the furthest behind is, of those that this process looks after.",
            registry=registry,
        )

    def attempted(self, outcome: Outcome) -> None:
        """Counts an attempt."""
        self._attempts.labels(outcome.value).inc()

    def show(self, states: Mapping[WebhookState, int], lag: int) -> None:
        """Shows how many webhooks there are in each state, and how far they are behind."""
        for state in WebhookState:
            self._webhooks.labels(state.value).set(states.get(state, 0))
        self._lag.set(lag)
