"""The time as the server's own process has it for credentials, which can be put forward."""

from datetime import UTC, datetime, timedelta

import pytest

NOW = (
    "app.kernel.keys.utc_now",
    "app.kernel.authentication.utc_now",
    "app.keys.issuing.utc_now",
    "app.calendars.addresses.utc_now",
    "app.openid.recognizing.utc_now",
)


class Clock:
    """Goes as the machine's does, and so much ahead of it as it was put forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = timedelta()
        for name in NOW:
            monkeypatch.setattr(name, self.now)
        monkeypatch.setattr("app.kernel.principals.time", lambda: self.now().timestamp())

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def put_forward(self, **by: float) -> None:
        """By so many `days`, `hours`, `minutes` or `seconds`."""
        self._ahead += timedelta(**by)
