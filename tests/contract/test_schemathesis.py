"""Schemathesis over the whole OpenAPI document: all its checks, none failing, for every caller."""

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from tests import plain_http
from tests.amounts import DEEP, SEED, examples
from tests.conftest import Server
from tests.contract import hooks
from tests.engines import Templates

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).parent / "schemathesis.toml"
CALLERS = ("korea", "china", "japan", "admin", "reporter", "reader", "anonymous")
# Every edge of every parameter and member takes minutes: a plain kind, one with a workflow, and
# reads that work something out stand for the others, but in the deep tests.
EDGES_OF = () if DEEP else ("people", "status-reports", "progress")
# From one answer to the next, of few subjects: where all operations can follow all, hardly a link
# is followed.
FOLLOWED = ("people", "action-items") if DEEP else ("people",)


@pytest.fixture
def address(server: Server) -> str:
    """Where the document is, made already: Schemathesis waits ten seconds for it."""
    address = f"{server.address}/openapi.json"
    assert plain_http.get(address, timeout=120).status_code == 200
    return address


@pytest.fixture
def headers_of(templates: Templates) -> Callable[[str], dict[str, str]]:
    def headers(caller: str) -> dict[str, str]:
        key = templates.keys.get(caller)
        return {} if key is None else {"Authorization": f"Bearer {key}"}

    return headers


def test_every_caller_is_answered_as_the_document_promises(
    address: str, headers_of: Callable[[str], dict[str, str]]
) -> None:
    assert hooks.KNOWN, "the hooks are in force once their module is imported"
    document = schemathesis.openapi.from_url(
        address, config=SchemathesisConfig.from_path(str(CONFIG))
    )
    chosen = document.config.operations.filter_set_with(include=document.filter_set)
    document = document.clone(filter_set=chosen)
    # By turns somebody else asks first: what has been written once is seldom written again.
    turns = itertools.count()
    wrong: dict[str, str] = {}
    with requests.Session() as session:
        for operation in operations_of(document):
            cases = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

            @seed(SEED)
            @settings(
                deadline=None,
                max_examples=examples(2),
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(st.one_of(cases))
            def ask(case: Any) -> None:
                first = next(turns) % len(CALLERS)
                for caller in (*CALLERS[first:], *CALLERS[:first]):
                    case.call_and_validate(session=session, headers=headers_of(caller))

            try:
                ask()
            except FailureGroup as failures:
                wrong[operation.label] = "\n".join(map(str, failures.exceptions))
    assert not wrong, "\n\n".join(f"{label}: {said[:1000]}" for label, said in wrong.items())[:4000]


def operations_of(document: Any) -> list[Any]:
    """All operations that are asked."""
    found = [each.ok() for each in document.get_all_operations()]
    assert len(found) > 100
    return found


def run(address: str, headers: dict[str, str], folder: Path, *options: str) -> str:
    """What the program `schemathesis` says, which goes through phases that its library has not."""
    credentials = [word for header in headers.items() for word in ("--header", ": ".join(header))]
    # In a process of its own: what it tries depends on the modules that are imported.
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(CONFIG), "run", address, *credentials),
            *("--continue-on-failure", "--no-color", "--warnings", "off"),
            *("--seed", str(SEED), *options),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )
    # It tells at length what it did, and then what was wrong.
    _, _, wrong = done.stdout.partition("= FAILURES =")
    assert done.returncode == 0, (wrong or done.stdout[-3000:] + done.stderr[-1000:])[:3000]
    return done.stdout


def tagged(*tags: str) -> list[str]:
    return [option for tag in tags for option in ("--include-tag", tag)]


def test_so_it_is_with_documented_examples_and_at_the_edges_of_what_is_allowed(
    address: str, headers_of: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    run(address, headers_of("korea"), tmp_path, "--phases", "examples,coverage", *tagged(*EDGES_OF))


@pytest.mark.parametrize("caller", ["korea", "admin", "reporter", "reader", "anonymous"])
def test_so_it_is_from_one_answer_to_the_next(
    caller: str, address: str, headers_of: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    options = ("--phases", "stateful", "--max-examples", str(examples(5)))
    told = run(address, headers_of(caller), tmp_path, *options, *tagged(*FOLLOWED))
    followed = re.search(r"API Links: +(\d+) covered", told)
    assert followed is not None, told[-2000:]
    assert int(followed[1]) > 0, told[-2000:]
