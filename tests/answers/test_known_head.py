"""What a process believes of the head, in whatever order it hears of commits, asks and fails over.

Of credentials it may be late, as long as notices are; it never goes back to a version that another
has taken the place of, nor to one that was current before its own commit.
"""

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.kernel.chain import GENESIS
from app.kernel.freshness import KnownHead
from app.kernel.journal import Head

A, B, C = (Head(7, "hash 7", version) for version in "ABC")
NEXT = Head(8, "hash 8", "B")


def answered(known: KnownHead, head: Head, then: str | None = "hash 7") -> None:
    known.asking()
    known.asked(head, then)


@pytest.fixture
def known() -> KnownHead:
    """One that has asked."""
    made = KnownHead()
    answered(made, A, None)
    return made


def test_nothing_is_known_before_it_is_asked():
    assert KnownHead().newest.credentials_version is None


@pytest.mark.parametrize(
    ("heard", "believed"),
    [
        ([A], "A"),
        ([B], None),
        # Its own commit, and then a late notice of what was before, and of itself.
        ([B, A], None),
        ([B, A, B], None),
        # Another process has been faster.
        ([C, B], None),
    ],
)
def test_what_is_heard_tells_that_credentials_were_changed_and_not_which_are_current(
    known, heard, believed
):
    for head in heard:
        known.committed(head)
    assert known.newest.credentials_version == believed
    answered(known, heard[-1])
    assert known.newest.credentials_version == heard[-1].credentials_version


def test_an_answer_to_what_was_asked_before_a_change_is_not_believed(known):
    known.asking()
    known.committed(B)
    known.asked(A, "hash 7")
    assert known.newest.credentials_version is None
    known.committed(A)
    assert known.newest.credentials_version is None
    answered(known, B)
    assert known.newest.credentials_version == "B"


def test_an_answer_that_says_the_same_as_the_commit_is_believed(known):
    known.asking()
    known.committed(B)
    known.asked(B, "hash 7")
    known.committed(B)
    assert known.newest.credentials_version == "B"


def test_an_answer_to_what_was_asked_before_a_write_takes_no_revision_away(known):
    known.asking()
    known.committed(NEXT._replace(credentials_version="A"))
    known.asked(A, "hash 7")
    assert known.newest == (8, "A", 0)


def test_what_a_read_has_seen_is_the_newest_until_it_is_asked(known):
    known.seen(9)
    assert known.newest == (9, "A", 0)
    # Only a replica shows a revision before its primary does: nothing is gone.
    answered(known, A)
    assert known.newest == (7, "A", 0)


@pytest.mark.parametrize(
    ("head", "then", "history"),
    [
        (A, "hash 7", 0),
        (NEXT, "hash 7", 0),
        (Head(6, "hash 6", "A"), None, 1),
        (Head(7, "another", "A"), "another", 1),
        (Head(9, "another 9", "A"), "another", 1),
        (Head(0, GENESIS, "A"), None, 1),
    ],
)
def test_a_head_that_does_not_go_on_from_the_one_before_is_another_history(
    known, head, then, history
):
    answered(known, head, then)
    assert known.newest == (head.number, head.credentials_version, history)
    answered(known, head, head.hash)
    assert known.newest.history == history


def test_what_it_wrote_while_it_asked_is_missed_once_it_is_gone(known):
    known.asking()
    known.committed(NEXT)
    known.asked(A, "hash 7")
    answered(known, A, None)
    assert known.newest == (7, "A", 1)


def test_an_empty_record_has_one_history():
    known = KnownHead()
    for _ in range(2):
        answered(known, Head(0, GENESIS, "A"), None)
    assert known.newest == (0, "A", 0)


@dataclass
class Server:
    """What a database and those who write to it do, one thing after the other."""

    heads: list[Head] = field(default_factory=lambda: [Head(0, GENESIS, "version 0")])
    # From when on each version was current, and until when.
    began: dict[str, int] = field(default_factory=lambda: {"version 0": 0})
    ended: dict[str, float] = field(default_factory=lambda: {"version 0": float("inf")})
    now: int = 0
    names: itertools.count = field(default_factory=lambda: itertools.count(1))

    @property
    def head(self) -> Head:
        return self.heads[-1]

    def commit(self, *, record: bool, keys: bool) -> Head:
        number, hash_, version = self.head
        if record:
            number, hash_ = number + 1, f"hash {next(self.names)}"
        if keys:
            version = f"version {next(self.names)}"
        return self._be_at([*self.heads, Head(number, hash_, version)])

    def lose(self, commits: int) -> Head:
        """Another takes its place, which had not heard of the last commits."""
        return self._be_at(self.heads[: max(1, len(self.heads) - commits)])

    def _be_at(self, heads: list[Head]) -> Head:
        self.now += 1
        before, after = self.head.credentials_version, heads[-1].credentials_version
        if before != after:
            self.ended[before] = self.now
            self.began[after], self.ended[after] = self.now, float("inf")
        self.heads = heads
        return self.head

    def answer(self, number: int) -> tuple[Head, str | None]:
        hashes = {head.number: head.hash for head in self.heads if head.number > 0}
        return self.head, hashes.get(number)


class Hearing(RuleBasedStateMachine):
    """A process that writes, listens and asks, at a server that others write to."""

    def __init__(self) -> None:
        super().__init__()
        self.server, self.known = Server(), KnownHead()
        self.notices: list[Head] = []
        # Own commits that are done, but not noted yet; with the time of each.
        self.own: list[tuple[Head, int]] = []
        self.noted_at = 0
        self.asking_for: int | None = None
        self.answer: tuple[Head, str | None] | None = None
        self.noted_since_it_asked = False
        self.losses = 0
        # What was believed before: no belief is in a version of an earlier time.
        self.believed_since = 0
        # By the newest revision: what no later answer but one of another history may fall below.
        self.least = 0

    @rule(record=st.booleans(), keys=st.booleans())
    def others_write(self, *, record: bool, keys: bool) -> None:
        self.notices.append(self.server.commit(record=record, keys=keys))

    @rule(record=st.booleans(), keys=st.booleans(), late=st.booleans())
    def it_writes(self, *, record: bool, keys: bool, late: bool) -> None:
        head = self.server.commit(record=record, keys=keys)
        self.notices.append(head)
        self.own.append((head, self.server.now))
        while self.own and not late:
            self.it_notes_what_it_wrote()

    @precondition(lambda self: self.own)
    @rule()
    def it_notes_what_it_wrote(self) -> None:
        head, at = self.own.pop(0)
        self.known.committed(head)
        self.noted_at, self.noted_since_it_asked = at, True
        self.least = max(self.least, head.number)

    @rule()
    def a_read_sees_the_newest(self) -> None:
        self.known.seen(self.server.head.number)

    @precondition(lambda self: self.notices and self.asking_for is None)
    @rule()
    def a_notice_comes(self) -> None:
        self.known.committed(self.notices.pop(0))

    @precondition(lambda self: self.asking_for is None)
    @rule()
    def it_begins_to_ask(self) -> None:
        self.asking_for, self.answer = self.known.asking(), None
        self.noted_since_it_asked = False

    @precondition(lambda self: self.asking_for is not None and self.answer is None)
    @rule()
    def it_is_answered(self) -> None:
        self.answer = self.server.answer(self.asking_for)

    @precondition(lambda self: self.answer is not None)
    @rule()
    def the_answer_comes(self) -> None:
        head, then = self.answer
        history = self.known.newest.history
        self.known.asked(head, then)
        self.asking_for = self.answer = None
        newest = self.known.newest
        assert newest.revision >= head.number
        assert newest.history - history in ((0, 1) if self.losses else (0,))
        if not self.noted_since_it_asked:
            assert newest.credentials_version == head.credentials_version
        if newest.history == history and not self.losses:
            assert newest.revision >= self.least

    @rule(commits=st.integers(0, 4))
    def another_takes_the_place_of_the_server(self, commits: int) -> None:
        # The connection breaks, with what was under way on it.
        self.notices.clear()
        self.asking_for = self.answer = None
        before = self.server.head
        self.losses += self.server.lose(commits) != before

    @invariant()
    def no_version_is_believed_that_was_over_before_what_is_known(self) -> None:
        version = self.known.newest.credentials_version
        if version is None:
            return
        assert self.server.ended[version] > self.noted_at
        assert self.server.began[version] >= self.believed_since
        self.believed_since = self.server.began[version]

    def teardown(self) -> None:
        """Once nothing is under way any more, what is believed is so."""
        while self.own:
            self.it_notes_what_it_wrote()
        while self.notices:
            self.known.committed(self.notices.pop(0))
        self.known.asked(*self.server.answer(self.known.asking()))
        head, newest = self.server.head, self.known.newest
        assert newest[:2] == (head.number, head.credentials_version)


TestHearing = Hearing.TestCase
TestHearing.settings = settings(max_examples=200, stateful_step_count=40)
