"""Schemathesis over the whole OpenAPI document: all its checks, none failing.

For a caller of each kind: one that may do all is asked everything, the others less often.
"""

import re
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from schemathesis.cli import schemathesis as program

from tests import plain_http
from tests.amounts import DEEP, SEED, examples
from tests.conftest import Server
from tests.engines import Templates

HERE = Path(__file__).parent
# For each caller, how many examples of each operation, and in which phases.
CALLERS = {
    "korea": (2, "examples,fuzzing"),
    "china": (1, "fuzzing"),
    "japan": (1, "fuzzing"),
    "admin": (1, "fuzzing"),
    "reporter": (1, "fuzzing"),
    "reader": (1, "fuzzing"),
    "anonymous": (1, "fuzzing"),
}


@pytest.fixture
def schemathesis(
    server: Server, templates: Templates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Runs Schemathesis as a caller, with these options, and gives what it says of a success."""
    # It waits ten seconds for the document, which is made when it is first asked for.
    assert plain_http.get(f"{server.address}/openapi.json", timeout=120).status_code == 200
    monkeypatch.chdir(tmp_path)

    def run(caller: str, *options: str) -> str:
        key = templates.keys.get(caller)
        credentials = () if key is None else ("--header", f"Authorization: Bearer {key}")
        seed = ("--seed", str(SEED)) if DEEP else ()
        # In this process: to start another and to read the document there takes longer than most.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            done = CliRunner().invoke(
                program,
                [
                    *("--config-file", str(HERE / "schemathesis.toml")),
                    *("run", f"{server.address}/openapi.json"),
                    *credentials,
                    *("--checks", "all", "--continue-on-failure", "--no-color"),
                    *("--warnings", "off", *seed, *options),
                ],
            )
        # It tells at length what it did, and then what was wrong.
        _, _, wrong = done.output.partition("= FAILURES =")
        assert done.exit_code == 0, (wrong or done.output[-5000:])[:5000]
        return done.output

    return run


@pytest.mark.parametrize("caller", CALLERS)
def test_the_api_keeps_what_its_openapi_document_promises(
    caller: str, schemathesis: Callable[..., str]
) -> None:
    few, phases = CALLERS[caller]
    schemathesis(caller, "--phases", phases, "--max-examples", str(examples(few)))


# Every edge of every parameter and member takes minutes: a plain kind, one with a workflow, and
# reads that work something out stand for the others, but in the deep tests.
EDGES_OF = () if DEEP else ("people", "status-reports", "progress")


def test_at_the_edges_of_what_the_document_allows_it_keeps_them_too(
    schemathesis: Callable[..., str],
) -> None:
    subjects = [option for tag in EDGES_OF for option in ("--include-tag", tag)]
    schemathesis("korea", "--phases", "coverage", *subjects)


@pytest.mark.parametrize("caller", ["korea", "admin", "reporter", "reader", "anonymous"])
def test_it_keeps_them_from_one_answer_to_the_next(
    caller: str, schemathesis: Callable[..., str]
) -> None:
    # Of few subjects: where all operations can follow all, hardly a link is followed.
    subjects = ("--include-tag", "people", "--include-tag", "action-items")
    options = ("--phases", "stateful", "--max-examples", str(examples(5)))
    told = schemathesis(caller, *options, *subjects)
    followed = re.search(r"API Links: +(\d+) covered", told)
    assert followed is not None, told
    assert int(followed[1]) > 0, told
