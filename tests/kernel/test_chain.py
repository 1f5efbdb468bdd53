"""The hash chain, recomputed by other means than the product's own."""

import hashlib
from dataclasses import fields, replace

import pytest
import rfc8785
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.kernel.chain import GENESIS, ChangeSeal, RevisionSeal, chained

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
HASH = st.binary(min_size=32, max_size=32).map(bytes.hex)
CHANGES = st.builds(
    ChangeSeal,
    kind=TEXT,
    id=TEXT,
    operation=st.sampled_from(["create", "update", "delete"]),
    digest=HASH,
)
VALUES = {
    "number": st.integers(1, 2**53 - 1),
    "at": st.datetimes().map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
    "principal": TEXT,
    "party": st.none() | TEXT,
    "request_id": st.none() | TEXT,
    "reason": st.none() | TEXT,
    "changes": st.lists(CHANGES, max_size=4),
}
SEALS = st.builds(RevisionSeal, **VALUES)


def recomputed(seal: RevisionSeal, previous: str) -> str:
    """The hash as docs/journal.md describes it."""
    document = {field.name: getattr(seal, field.name) for field in fields(RevisionSeal)}
    document["revision"] = document.pop("number")
    document["changes"] = [
        {field.name: getattr(change, field.name) for field in fields(ChangeSeal)}
        for change in seal.changes
    ]
    return hashlib.sha256(rfc8785.dumps({**document, "previous": previous})).hexdigest()


def test_the_first_revision_follows_sixty_four_zeros():
    assert GENESIS == "0000000000000000000000000000000000000000000000000000000000000000"


KNOWN = RevisionSeal(
    number=2,
    at="2026-11-24T09:30:00.000001Z",
    principal="key:kr-desk",
    party="KR",
    request_id="0191b1f0-0000-7000-8000-000000000001",
    reason="회의록 수령",
    changes=[
        ChangeSeal("meeting", "cn-kr-dg-dialogue-8", "create", "ab" * 32),
        ChangeSeal("person", "zhou-guomei", "delete", "cd" * 32),
    ],
)
# The canonical form written by hand: members in order of their names, no white space, UTF-8.
CANONICAL = (
    '{"at":"2026-11-24T09:30:00.000001Z","changes":['
    f'{{"digest":"{"ab" * 32}","id":"cn-kr-dg-dialogue-8","kind":"meeting","operation":"create"}},'
    f'{{"digest":"{"cd" * 32}","id":"zhou-guomei","kind":"person","operation":"delete"}}],'
    f'"party":"KR","previous":"{"0" * 64}","principal":"key:kr-desk","reason":"회의록 수령",'
    '"request_id":"0191b1f0-0000-7000-8000-000000000001","revision":2}'
)


def test_a_known_revision_has_its_known_hash():
    assert chained(KNOWN, GENESIS) == hashlib.sha256(CANONICAL.encode()).hexdigest()
    assert (
        chained(KNOWN, GENESIS)
        == "9dfa97ecd74d128ec1d5d611973960f4322a6d093b8cbaa1981710b90cec6a0c"
    )


@settings(max_examples=100, deadline=None)
@given(SEALS, HASH)
def test_anyone_can_recompute_the_chain(seal, previous):
    assert chained(seal, previous) == recomputed(seal, previous)


@pytest.mark.parametrize("field", VALUES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_field_of_a_revision_changes_without_its_hash(field, data):
    seal = data.draw(SEALS)
    value = data.draw(VALUES[field])
    assume(value != getattr(seal, field))
    assert chained(replace(seal, **{field: value}), GENESIS) != chained(seal, GENESIS)


@pytest.mark.parametrize("field", [field.name for field in fields(ChangeSeal)])
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_field_of_a_change_changes_without_the_hash(field, data):
    changes = data.draw(st.lists(CHANGES, min_size=1, max_size=4))
    seal = replace(KNOWN, changes=changes)
    index = data.draw(st.integers(0, len(changes) - 1))
    value = data.draw(TEXT)
    assume(value != getattr(changes[index], field))
    altered = [*changes]
    altered[index] = replace(changes[index], **{field: value})
    assert chained(replace(seal, changes=altered), GENESIS) != chained(seal, GENESIS)


@settings(max_examples=50, deadline=None)
@given(SEALS, HASH, HASH)
def test_the_hash_depends_on_the_revision_before(seal, one, other):
    assert (chained(seal, one) == chained(seal, other)) == (one == other)


@settings(max_examples=50, deadline=None)
@given(st.lists(CHANGES, min_size=2, max_size=5, unique_by=lambda change: change.id))
def test_the_hash_depends_on_the_order_of_the_changes(changes):
    forwards, backwards = replace(KNOWN, changes=changes), replace(KNOWN, changes=changes[::-1])
    assert chained(forwards, GENESIS) != chained(backwards, GENESIS)


def test_an_absent_reason_is_not_an_empty_one():
    assert chained(replace(KNOWN, reason=None), GENESIS) != chained(
        replace(KNOWN, reason=""), GENESIS
    )
