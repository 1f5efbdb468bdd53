"""Load on a server by wrk, one process beside it: how much it answers, and how fast."""

import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

import httpx

SCRIPT = Path(__file__).with_name("load.lua")
_GOOD = frozenset({200, 201, 204, 304})
_runs: Iterator[int] = itertools.count()


class LoadError(RuntimeError):
    """A server did not answer as it should: no figure came of it."""

    def __init__(self, told: str, status: int | None = None) -> None:
        super().__init__(told)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """A request; `{n}` in its body is another number each time that it is sent."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None

    def with_headers(self, **headers: str) -> "Request":
        """The same with more headers; `_` stands for `-`."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return Request(self.path, self.method, {**self.headers, **more}, self.body)


@dataclass(frozen=True, slots=True)
class Group:
    """Requests that are sent in turn; of several groups each gets its part by its weight."""

    requests: Sequence[Request]
    weight: float = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a run."""

    requests: int
    seconds: float
    bytes: int
    p50_ms: float
    p90_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def require_wrk() -> None:
    """Ends the program in one sentence where wrk is missing."""
    if shutil.which("wrk") is None:
        raise SystemExit("The benchmark drives its load with wrk: install the package `wrk`.")


def json_post(path: str, body: object, key: str | None = None) -> Request:
    """A POST of JSON, with an API key."""
    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    return Request(path, "POST", headers, json.dumps(body, ensure_ascii=False))


def ask(address: str, request: Request) -> httpx.Response:
    """One answer to a request. Raises LoadError unless it is one of success, or 304."""
    body = None if request.body is None else request.body.replace("{n}", f"{time.time_ns()}")
    answer = httpx.request(
        request.method,
        f"{address}{request.path}",
        headers=dict(request.headers),
        content=None if body is None else body.encode(),
        timeout=60,
    )
    if answer.status_code not in _GOOD:
        raise LoadError(
            f"{request.method} {request.path} was answered {answer.status_code}: "
            f"{answer.text[:300]}",
            answer.status_code,
        )
    return answer


def drive(
    address: str,
    load: Sequence[Group] | Request,
    *,
    clients: int,
    seconds: float,
    count: int = 0,
    seed: int = 1,
) -> Measured:
    """Sends `load` from so many clients for so long, or until `count` requests are sent.

    Raises LoadError where anything was answered otherwise than by success or 304.
    """
    require_wrk()
    groups = [Group([load])] if isinstance(load, Request) else load
    for group in groups:
        ask(address, group.requests[0])
    with NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        script.write(_lua_of(groups, count, seed))
        script.flush()
        command = ["wrk", "--threads", "1", "--connections", str(clients), "--timeout", "20s"]
        command += ["--duration", f"{max(1, round(seconds))}s", "--script", str(SCRIPT)]
        done = subprocess.run(
            [*command, address, "--", script.name], capture_output=True, text=True, check=False
        )
    if done.returncode != 0 or not done.stdout.strip():
        raise LoadError(f"wrk failed: {done.stderr.strip() or done.stdout.strip()}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    refused, failed = found.pop("refused"), found.pop("failed")
    if refused or failed or not found["requests"]:
        first = groups[0].requests[0]
        raise LoadError(
            f"Of {found['requests']} requests like {first.method} {first.path}, {refused} were "
            f"refused and {failed} failed."
        )
    return Measured(**found)


def _lua_of(groups: Sequence[Group], count: int, seed: int) -> str:
    tag = f"{time.time_ns()}{next(_runs)}"
    told = {
        "seed": seed,
        "count": count,
        "tag": tag,
        "groups": [
            {
                "weight": group.weight,
                "requests": [
                    {
                        "method": request.method,
                        "path": request.path,
                        "headers": dict(request.headers),
                        "body": request.body,
                    }
                    for request in group.requests
                ],
            }
            for group in groups
        ],
    }
    return f"return {_lua(told)}\n"


def _lua(value: object) -> str:
    """A value as Lua writes it."""
    if isinstance(value, Mapping):
        members = (f"[{_lua(key)}] = {_lua(member)}" for key, member in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"{{{', '.join(map(_lua, value))}}}"
    if value is None:
        return "nil"
    if isinstance(value, str):
        # JSON's escapes but for \u, which texts that stay as they are do not need.
        return json.dumps(value, ensure_ascii=False).replace("\\/", "/")
    return repr(value)
