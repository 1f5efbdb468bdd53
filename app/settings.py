"""What an operator can set: environment variables named `CLEARSKY_…`, or the same in `.env`."""

import re
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    Json,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

SUPPORTED_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}

# Verified by a public key, by which nobody can sign: neither `none` nor a shared secret's.
ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
RoleName = Literal["reader", "reporter", "editor", "admin"]
_CLAIM = Annotated[str, Field(min_length=1, max_length=200)]


SECONDS_OF = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
# The path that takes files, which are larger than what other paths take.
IMPORTS = "/v1/imports"
LOOPBACK = "127.0.0.0/8,::1"


class SettingsError(ValueError):
    """A setting that cannot be used; its message is one sentence that names it."""


def listed(text: str) -> list[str]:
    """The names in a list with commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _rate(text: str) -> str:
    if text != "off" and not re.fullmatch(r"[1-9][0-9]{0,6}/(second|minute|hour|day)", text):
        raise ValueError('must be such as 600/minute (second, minute, hour or day), or "off"')
    return text


def _addresses(text: str) -> str:
    for name in listed(text):
        try:
            if name != "*":
                ip_network(name)
        except ValueError:
            raise ValueError(f"lists {name}, which is no address or network") from None
    return text


def _origins(text: str) -> str:
    for name in listed(text):
        parts = urlsplit(name)
        is_origin = parts.scheme in ("http", "https") and name == f"{parts.scheme}://{parts.netloc}"
        if name != "*" and not (is_origin and parts.netloc):
            raise ValueError(f"lists {name}, which is no origin such as https://example.org")
    return text


def _waits(text: str) -> str:
    for name in listed(text) or [""]:
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", name):
            raise ValueError("must be seconds with commas between, such as 5,300,1800")
    return text


WaitsText = Annotated[str, AfterValidator(_waits)]
RateText = Annotated[str, AfterValidator(_rate)]
AddressesText = Annotated[str, AfterValidator(_addresses)]
OriginsText = Annotated[str, AfterValidator(_origins)]


ENV_FILE = Path(".env")


class Settings(BaseSettings):
    """Each field is the variable `CLEARSKY_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="CLEARSKY_", env_file=ENV_FILE, extra="ignore")

    database_url: str = Field(
        default="sqlite:///var/clearsky.db",
        description="sqlite:///PATH, or postgresql://USER:PASSWORD@HOST/NAME.",
    )
    replica_url: str | None = Field(
        default=None,
        description="A streaming replica of a PostgreSQL database, on which reads are done.",
    )
    host: str = Field(default="127.0.0.1", description="The address that `serve` listens on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8000, description="The port that `serve` listens on; 0 takes a free one."
    )
    public_url: str | None = Field(
        default=None,
        description="The address at which others reach the server, for links that leave it. "
        "Unless set: that on which it listens.",
    )
    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        default=1, description="How many processes serve."
    )
    threads: Annotated[int, Field(ge=1, le=200)] = Field(
        default=16,
        description="Requests a process works on at once; also its database connections.",
    )
    body_limit: Annotated[int, Field(ge=1024, le=1024**3)] = Field(
        default=1024 * 1024, description="The largest request body, in bytes."
    )
    import_limit: Annotated[int, Field(ge=1024, le=1024**3)] = Field(
        default=32 * 1024 * 1024, description="The largest file that is imported, in bytes."
    )
    kept_answers_bytes: Annotated[int, Field(ge=0, le=1024**4)] = Field(
        default=64 * 1024 * 1024,
        description="Bytes of answers that a process keeps to give again; 0 keeps none.",
    )
    busy_timeout: Annotated[float, Field(gt=0, le=300)] = Field(
        default=5.0, description="Seconds that a write waits for another before it answers 503."
    )
    idempotency_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=7, description="Days for which the answer to an Idempotency-Key is kept."
    )
    stale_after_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        default=180, description="Days without a report or assessment after which an item is stale."
    )
    anonymous_reads: bool = Field(
        default=True, description="Whether callers without a key may read what is public."
    )
    rate_limit: RateText = Field(
        default="6000/minute", description="How often an address may ask, or off."
    )
    rate_limit_principal: RateText = Field(
        default="3000/minute", description="How often a key's holder may ask, or off."
    )
    rate_limit_failures: RateText = Field(
        default="30/minute", description="How often an address may show bad credentials, or off."
    )
    rate_limit_exempt: AddressesText | None = Field(
        default=None,
        description="Addresses and networks whose requests are not counted. "
        "Unless set: this machine's own, as long as no limit is set.",
    )
    trusted_proxies: AddressesText = Field(
        default="", description="Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )
    connections: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=900, description="The most connections that a process holds open."
    )
    header_timeout: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=10.0, description="Seconds within which a request's headers must have come."
    )
    body_timeout: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=30.0, description="Seconds within which a request's body must have come."
    )
    import_timeout: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=300.0,
        description="Seconds within which a file to import must have come, and must be read.",
    )
    send_timeout: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=30.0, description="Seconds for which a client may take nothing of its answer."
    )
    streams: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=500, description="The most streams of changes that a process holds open."
    )
    streams_per_caller: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=100, description="The most of them for one key, or one address without a key."
    )
    stream_heartbeat: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=15.0, description="Seconds of silence after which a stream says that it is open."
    )
    hsts_seconds: Annotated[int, Field(ge=0, le=10**9)] = Field(
        default=0, description="For how long browsers are told to use HTTPS only; 0 does not."
    )
    cors_origins: OriginsText = Field(
        default="", description="Origins whose pages may read answers; none unless set."
    )
    metrics_from: AddressesText = Field(
        default=LOOPBACK, description="Addresses and networks that may read /metrics, or *."
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="A bearer token with which /metrics may be read from anywhere."
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="The OpenID Connect provider whose bearer tokens are accepted beside keys.",
    )
    oidc_audience: str | None = Field(
        default=None,
        description="The audience that its tokens must be for; needed with the issuer.",
    )
    oidc_algorithms: str = Field(
        default="RS256,PS256,ES256",
        description="The algorithms that its tokens may be signed with, with commas between.",
    )
    oidc_clock_skew: Annotated[int, Field(ge=0, le=300)] = Field(
        default=60, description="Seconds by which its clock and this one may differ."
    )
    oidc_role_claim: _CLAIM = Field(
        default="clearsky_role", description="The claim that says the role; or the way to it: a.b."
    )
    oidc_roles: Json[dict[str, RoleName]] = Field(
        default_factory=dict,
        validate_default=False,
        description="Which role each of its values means, as a JSON object; without it, itself.",
    )
    oidc_party_claim: _CLAIM = Field(
        default="clearsky_party", description="The claim that says the party."
    )
    oidc_parties: Json[dict[str, str]] = Field(
        default_factory=dict,
        validate_default=False,
        description="Which party each of its values means, as a JSON object.",
    )
    oidc_organization_claim: _CLAIM = Field(
        default="clearsky_organization", description="The claim that says the organization."
    )
    oidc_organizations: Json[dict[str, str]] = Field(
        default_factory=dict,
        validate_default=False,
        description="Which organization each of its values means, as a JSON object.",
    )
    webhooks: bool = Field(default=True, description="Whether this process delivers to webhooks.")
    webhook_networks: AddressesText = Field(
        default="",
        description="Inner addresses and networks that webhooks may send to, by http too.",
    )
    webhook_timeout: Annotated[float, Field(ge=0.5, le=120)] = Field(
        default=15.0, description="Seconds that a message to a webhook may take."
    )
    webhook_retries: WaitsText = Field(
        default="5,300,1800,7200,18000,36000,50400,72000,86400",
        description="Seconds that are waited at most after each failure of a webhook in a row.",
    )
    webhook_pause_days: Annotated[float, Field(gt=0, le=365)] = Field(
        default=5.0, description="Days of nothing but failure after which a webhook is paused."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least serious event that is logged."
    )
    log_format: Literal["json", "console"] = Field(
        default="json", description="How events are logged to standard error."
    )

    def bounds_of_body(self, path: str) -> tuple[int, float]:
        """How many bytes a body sent to a path may have, and the seconds within which it comes."""
        if path == IMPORTS:
            return self.import_limit, self.import_timeout
        return self.body_limit, self.body_timeout

    @property
    def not_counted(self) -> list[str]:
        """The addresses that no rate limit counts."""
        if self.rate_limit_exempt is not None:
            return listed(self.rate_limit_exempt)
        limits = {"rate_limit", "rate_limit_principal", "rate_limit_failures"}
        # Whoever sets a limit means it for everybody.
        return [] if limits & self.model_fields_set else listed(LOOPBACK)

    @property
    def public_address(self) -> str:
        """What links that leave the server begin with; no slash at its end."""
        if self.public_url is not None:
            return self.public_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if not value:
            return None
        parts = urlsplit(value)
        plain = re.fullmatch(r"https?://[!-~]+", value) is not None
        if not plain or not parts.hostname or parts.query or parts.fragment or parts.username:
            raise ValueError("must be a web address without a query, such as https://sky.example")
        return value.rstrip("/")

    @field_validator("metrics_token")
    @classmethod
    def _some_token(cls, value: SecretStr | None) -> SecretStr | None:
        # An empty variable sets nothing; least of all an empty token that everybody has.
        return value if value is not None and value.get_secret_value() else None

    @field_validator("replica_url")
    @classmethod
    def _known_replica(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        given = _address(value)
        if given.get_backend_name() != "postgresql":
            raise ValueError("must be a postgresql:// address: SQLite has no replicas")
        primary = info.data.get("database_url")
        if primary is not None and make_url(primary).get_backend_name() != "postgresql":
            raise ValueError("goes with CLEARSKY_DATABASE_URL on PostgreSQL only")
        return given.render_as_string(hide_password=False)

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        on_this_machine = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if not parts.hostname or parts.scheme not in ("https", "http") or parts.query:
            raise ValueError("must be a web address without a query, such as https://login.example")
        if parts.scheme == "http" and not on_this_machine:
            raise ValueError("must begin with https:// unless it is on this machine")
        return value

    @field_validator("oidc_audience")
    @classmethod
    def _audience_of_issuer(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value and info.data.get("oidc_issuer") is not None:
            raise ValueError("must be set with CLEARSKY_OIDC_ISSUER: whom its tokens are for")
        return value

    @field_validator("oidc_algorithms")
    @classmethod
    def _asymmetric(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        for name in names:
            if name not in ASYMMETRIC:
                raise ValueError(f"names {name or 'nothing'}; it can be {', '.join(ASYMMETRIC)}")
        return ",".join(names)

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        given = _address(value)
        if given.get_backend_name() == "sqlite" and given.database in (None, "", ":memory:"):
            raise ValueError("must name a file: several connections share it")
        return given.render_as_string(hide_password=False)


def _address(value: str) -> URL:
    """A database's URL, with the driver that is used for it."""
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError("is not a database URL; try sqlite:///var/clearsky.db") from None
    driver = SUPPORTED_DRIVERS.get(url.drivername.partition("+")[0])
    if driver is None:
        raise ValueError(f"names {url.drivername}; only sqlite and postgresql are supported")
    return url.set(drivername=driver)


def load_settings(**overrides: object) -> Settings:
    """The settings in force, `overrides` (field names) before the environment.

    Raises SettingsError naming the variable, the rule and the value.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        message = first["msg"].removeprefix("Value error, ")
        # A database URL may hold a password, which no message shows.
        given = re.sub(r"://.*@", "://***@", repr(first["input"]))
        raise SettingsError(
            f"CLEARSKY_{name.upper()} is {given}: {message[0].lower()}{message[1:]}."
        ) from None


def files_with_secrets() -> list[Path]:
    """The file that settings are read from, where it holds a token or the password of a database.

    It need not be there.
    """
    written = DotEnvSettingsSource(Settings)()
    urls = (str(written.get(name) or "") for name in ("database_url", "replica_url"))
    has_password = any(re.search(r"://[^/@]*:.+@|password=", url) for url in urls)
    return [ENV_FILE] if has_password or written.get("metrics_token") else []


@lru_cache
def current_settings() -> Settings:
    """The settings that this process was started with."""
    return load_settings()
