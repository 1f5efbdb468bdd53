"""The threat model names tests that exist, and says what is so."""

import ast
import re
import socket
from pathlib import Path

import pytest

from tests.conftest import Clients

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def _tests_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_it_names_exists() -> None:
    named = _NAMED.findall(MODEL)
    assert len(named) > 40
    missing = [f"{file}::{name}" for file, name in named if name not in _tests_in(file)]
    assert missing == []


def test_every_attack_names_what_stops_it_and_a_test() -> None:
    _, _, attacks = MODEL.partition("## What stops each attack")
    attacks, _, _ = attacks.partition("## What is left")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in attacks.splitlines()
        if line.startswith("| ") and not line.startswith(("| attack |", "| --- |"))
    ]
    assert len(rows) > 40
    for row in rows:
        assert len(row) == 3, row
        assert row[0], row
        assert row[1], row
        assert _NAMED.fullmatch(row[2]), row


def test_it_goes_through_all_ten_risks() -> None:
    assert {int(number) for number in re.findall(r"API(\d+)", MODEL)} == set(range(1, 11))


def test_no_address_in_a_record_is_ever_asked(clients: Clients) -> None:
    with socket.create_server(("127.0.0.1", 0)) as inner:
        address = f"http://127.0.0.1:{inner.getsockname()[1]}/secrets"
        document = {"id": "d", "kind": "other", "title": {"en": "X"}, "url": address}
        clients.korea.post("/v1/documents", json=document).raise_for_status()
        report = {"status": "on_track", "evidence": [{"url": address}]}
        path = "/v1/action-items/clear-sky-plan-2023-5/reports"
        clients.korea.post(path, json=report).raise_for_status()
        for read in ("/v1/documents/d", "/v1/changes?id=d", "/v1/snapshot"):
            assert address in clients.anonymous.get(read).text
        inner.setblocking(False)
        with pytest.raises(BlockingIOError):
            inner.accept()
