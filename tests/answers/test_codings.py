"""Content codings (RFC 9110): what a client takes is what it gets, and it says the same."""

import gzip
import re

import pytest
import zstandard

from app.kernel.codings import SHORTEST, Coding, accepted
from tests import plain_http
from tests.waiting import wait_until

PROGRESS = "/v1/dialogues/cn-kr-dg-dialogue/progress"
# Of each sort: worked out promptly, a list with a next page, and one record.
LONG = (PROGRESS, "/v1/meetings?limit=3", "/v1/meetings/cn-kr-dg-dialogue-7")
SHORT = ("/v1/status-reports", "/v1/parties/KR", "/v1/action-items/clear-sky-plan-2023-5/standing")
CODED = (Coding.GZIP, Coding.ZSTD)
DECODE = {None: bytes, Coding.GZIP: gzip.decompress, Coding.ZSTD: zstandard.decompress}


@pytest.mark.parametrize(
    ("given", "coding"),
    [
        ("gzip", Coding.GZIP),
        ("zstd", Coding.ZSTD),
        ("identity", Coding.IDENTITY),
        # As browsers and curl --compressed send it.
        ("gzip, deflate, br, zstd", Coding.ZSTD),
        ("deflate, gzip", Coding.GZIP),
        # Codings that are not ours.
        ("br", Coding.IDENTITY),
        ("br, deflate;q=0.9, compress", Coding.IDENTITY),
        ("br, gzip;q=0.1", Coding.GZIP),
        # What is liked most; of those liked alike, the better.
        ("gzip, zstd;q=0.9", Coding.GZIP),
        ("gzip;q=0.8, zstd;q=0.9", Coding.ZSTD),
        ("gzip;q=0.5, zstd;q=0.5", Coding.ZSTD),
        ("gzip;q=0.5, identity", Coding.IDENTITY),
        ("gzip, identity", Coding.GZIP),
        ("gzip;q=0.5, identity;q=0.4", Coding.GZIP),
        ("gzip;q=0.001", Coding.GZIP),
        # A weight of nothing is a refusal.
        ("gzip;q=0", Coding.IDENTITY),
        ("gzip;q=0.000", Coding.IDENTITY),
        ("gzip;q=0, zstd", Coding.ZSTD),
        ("gzip, zstd;q=0", Coding.GZIP),
        # The star is all that is not named.
        ("*", Coding.ZSTD),
        ("*;q=0", Coding.IDENTITY),
        ("*;q=0.5, gzip", Coding.GZIP),
        ("*;q=0.5, gzip;q=0.2", Coding.ZSTD),
        ("*, zstd;q=0", Coding.GZIP),
        ("*;q=0, gzip", Coding.GZIP),
        ("identity, *;q=0.1", Coding.IDENTITY),
        # Nothing of ours is taken: what is plain is better than nothing.
        ("identity;q=0", Coding.IDENTITY),
        ("identity;q=0, *;q=0", Coding.IDENTITY),
        ("identity;q=0, br", Coding.IDENTITY),
        ("identity;q=0, gzip;q=0.1", Coding.GZIP),
        ("identity;q=0, *", Coding.ZSTD),
        # Letter case and spaces do not count.
        ("GZip", Coding.GZIP),
        ("gzip;Q=0", Coding.IDENTITY),
        (" gzip ; q=0.5 ,\tzstd ; q=0.1 ", Coding.GZIP),
        # Empty, or malformed.
        ("", Coding.IDENTITY),
        (",, ,", Coding.IDENTITY),
        (";q=1", Coding.IDENTITY),
        ("gzip;q=", Coding.IDENTITY),
        ("gzip;q=much", Coding.IDENTITY),
        ("gzip;q=-1", Coding.IDENTITY),
        ("gzip;q=much, zstd;q=0.1", Coding.ZSTD),
        (",gzip,", Coding.GZIP),
        ("gzip gzip", Coding.IDENTITY),
        ("\xff\xfe", Coding.IDENTITY),
    ],
)
def test_the_coding_is_the_best_of_those_that_the_client_likes_most(given, coding):
    assert accepted(given.encode("latin-1")) is coding


@pytest.fixture
def get(clients, database):
    """Asks as a client that takes these codings; the body is given as it was sent."""
    # The listener, where there is one, must have heard the first time.
    wait_until(lambda: database.freshness.newest() is not None)

    def asked(path, accept_encoding=None, **headers):
        client = clients.anonymous
        request = client.build_request("GET", path, headers=headers)
        del request.headers["accept-encoding"]
        if accept_encoding is not None:
            request.headers["accept-encoding"] = accept_encoding
        answer = client.send(request, stream=True)
        body = b"".join(answer.iter_raw())
        answer.close()
        return answer, body

    return asked


@pytest.fixture
def figure(clients):
    """A figure of `/metrics`."""

    def value(name):
        told = clients.anonymous.get("/metrics").text
        (found,) = re.findall(rf"^{re.escape(name)} (\S+)$", told, re.M)
        return float(found)

    return value


def hits(figure):
    return figure('clearsky_kept_answers_total{result="hit"}')


def test_each_coding_says_the_same_under_a_tag_of_its_own(get):
    codings = (None, Coding.GZIP, Coding.ZSTD)
    for turn, path in enumerate(LONG):
        said, tags = set(), set()
        # The first of them is worked out; what is kept then serves the others.
        for coding in 2 * (codings[turn:] + codings[:turn]):
            answer, sent = get(path, coding)
            assert answer.headers.get("content-encoding") == coding
            assert answer.headers["content-length"] == str(len(sent))
            body = DECODE[coding](sent)
            assert coding is None or len(sent) < len(body)
            own = {"content-encoding", "content-length", "etag", "date", "x-request-id"}
            alike = {k: v for k, v in answer.headers.items() if k not in own}
            said.add((body, tuple(sorted(alike.items()))))
            tags.add((coding, answer.headers["etag"]))
        assert len(said) == 1
        assert len({tag for _, tag in tags}) == len(tags) == 3


def test_a_client_that_decodes_by_itself_reads_what_others_read(server):
    """As `curl --compressed` does."""
    with plain_http.client(base_url=server.address) as client:
        plain = client.get(PROGRESS, headers={"Accept-Encoding": "identity"})
        for coding in CODED:
            coded = client.get(PROGRESS, headers={"Accept-Encoding": f"deflate, {coding}"})
            assert coded.headers["content-encoding"] == coding
            assert coded.json() == plain.json()


def test_what_is_short_is_told_plainly_and_so_are_refusals_and_other_routes(get):
    for path in SHORT:
        plain, body = get(path)
        assert len(body) < SHORTEST
        for coding in 2 * CODED:
            answer, sent = get(path, f"{coding}, identity;q=0")
            assert "content-encoding" not in answer.headers
            assert answer.headers["etag"] == plain.headers["etag"]
            assert sent == body
    for path in ("/v1/meetings/nothing", f"{PROGRESS}?as_of=soon", "/healthz"):
        answer, _ = get(path, "gzip, zstd, identity;q=0")
        assert "content-encoding" not in answer.headers


def test_caches_are_told_that_an_answer_depends_on_what_the_client_takes(get):
    for path in (*LONG, *SHORT):
        etag = get(path)[0].headers["etag"]
        for coding in (None, "", "br", *CODED):
            told = [get(path, coding)[0], get(path, coding, **{"If-None-Match": etag})[0]]
            assert [answer.status_code for answer in told] == [200, 304]
            for answer in told:
                named = answer.headers["vary"].lower().replace(" ", "").split(",")
                assert {"accept-encoding", "authorization"} <= set(named)


def test_an_answer_is_coded_once_and_then_kept_in_that_coding_too(get, figure):
    get(PROGRESS)
    size = figure("clearsky_kept_answers_bytes")
    for coding in CODED:
        before = hits(figure)
        _, sent = get(PROGRESS, coding)
        assert hits(figure) == before + 1
        size += len(sent)
        assert figure("clearsky_kept_answers_bytes") == size
        _, again = get(PROGRESS, coding)
        assert hits(figure) == before + 2
        assert figure("clearsky_kept_answers_bytes") == size
        assert again == sent


def test_whoever_has_an_answer_in_one_coding_is_not_sent_it_in_another(get):
    tags = {coding: get(PROGRESS, coding)[0].headers["etag"] for coding in (None, *CODED)}
    for asked, tag in tags.items():
        for had in tags.values():
            answer, body = get(PROGRESS, asked, **{"If-None-Match": had})
            assert (answer.status_code, body) == (304, b"")
            assert not {"content-encoding", "content-length", "content-type"} & set(answer.headers)
            assert answer.headers["etag"] == tag


def test_a_record_is_changed_against_the_tag_of_any_coding(get, clients):
    path = "/v1/meetings/cn-kr-dg-dialogue-7"
    for coding in CODED:
        read, before = get(path, coding)
        assert read.headers["content-encoding"] == coding
        changes = {"name": {"en": f"The seventh, as read in {coding}"}}
        match = {"If-Match": read.headers["etag"]}
        assert clients.korea.patch(path, json=changes, headers=match).status_code == 200
        assert clients.korea.patch(path, json=changes, headers=match).status_code == 412
        anew, after = get(path, coding, **{"If-None-Match": read.headers["etag"]})
        assert anew.status_code == 200
        assert after != before
