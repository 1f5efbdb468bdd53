"""Conditional requests and merge patches: nothing is overwritten unseen."""

import pytest

DIALOGUE = "/v1/dialogues/cn-kr-dg-dialogue"


def head(clients):
    return clients.anonymous.get("/v1/journal/head").json()["revision"]


@pytest.mark.parametrize(
    "path",
    [
        DIALOGUE,
        "/v1/people",
        "/v1/dialogues/cn-kr-dg-dialogue/progress",
        "/v1/codes/themes",
        "/v1/changes?limit=2",
        f"{DIALOGUE}/history",
        "/v1/journal/head",
    ],
)
def test_what_has_not_changed_is_answered_by_304(clients, path):
    first = clients.anonymous.get(path)
    tag = first.headers["etag"]
    for condition in (tag, f'"other", {tag}', "*", tag.removeprefix("W/")):
        again = clients.anonymous.get(path, headers={"If-None-Match": condition})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
        assert again.headers["revision"] == first.headers["revision"]
    other = clients.anonymous.get(path, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_progress_keeps_its_etag_while_something_else_changes(clients):
    path = "/v1/dialogues/cn-kr-dg-dialogue/progress"
    tag = clients.anonymous.get(path).headers["etag"]
    clients.korea.post(
        "/v1/people", json={"name": {"en": "Somebody"}, "organization": "kr-moe"}
    ).raise_for_status()
    assert clients.anonymous.get(path, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 428),
        ({"If-Match": '"foreign"'}, 412),
        # The present one, marked weak: it never matches (RFC 9110, 13.1.1).
        ({"If-Match": "W/{present}"}, 412),
        ({"If-Match": "no tag"}, 422),
        ({"If-Match": ""}, 422),
    ],
)
def test_a_change_needs_the_present_etag(clients, method, headers, status):
    before = head(clients)
    present = clients.anonymous.get(DIALOGUE).headers["etag"]
    headers = {name: value.format(present=present) for name, value in headers.items()}
    body = {"json": {"level": "working"}} if method == "PATCH" else {}
    answer = clients.korea.request(method, DIALOGUE, headers=headers, **body)
    assert answer.status_code == status, answer.text
    assert clients.anonymous.get(DIALOGUE).json()["level"] == "director_general"
    assert head(clients) == before


def test_of_two_changes_to_what_both_read_only_the_first_is_made(clients):
    tag = clients.anonymous.get(DIALOGUE).headers["etag"]
    first = clients.korea.patch(DIALOGUE, json={"established": "2016"}, headers={"If-Match": tag})
    second = clients.china.patch(DIALOGUE, json={"established": "2017"}, headers={"If-Match": tag})
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.headers["etag"] == first.headers["etag"]
    assert clients.anonymous.get(DIALOGUE).json()["established"] == "2016"
    third = clients.china.patch(
        DIALOGUE, json={"established": "2017"}, headers={"If-Match": second.headers["etag"]}
    )
    assert third.status_code == 200


def test_a_patch_that_changes_nothing_spends_no_revision(clients):
    read = clients.anonymous.get(DIALOGUE, headers={"Accept-Encoding": "identity"})
    before = head(clients)
    said = read.json()
    same = {name: said[name] for name in ("name", "aliases", "parties", "level", "citations")}
    answer = clients.korea.patch(DIALOGUE, json=same, headers={"If-Match": read.headers["etag"]})
    assert answer.status_code == 200
    assert answer.content == read.content
    assert answer.headers["etag"] == read.headers["etag"]
    assert head(clients) == before


PATCHES = [
    ("korea", {"name": {"zh": None}}, "name", {"en": "E", "ko": "가"}),
    ("korea", {"name": {"en": "New"}}, "name", {"en": "New", "ko": "가", "zh": "中"}),
    ("korea", {"description": None}, "description", None),
    ("korea", {"aliases": [{"en": "Only"}]}, "aliases", [{"en": "Only"}]),
    ("korea", {"aliases": None}, "aliases", []),
    ("admin", {"parties": ["CN"]}, "parties", ["CN"]),
    ("korea", {"parties": ["CN", "KR"]}, "parties", ["CN", "KR"]),
    ("korea", {"citations": []}, "citations", []),
    ("korea", {}, "level", "working"),
]


@pytest.mark.parametrize(("who", "patch", "name", "expected"), PATCHES)
def test_merge_patch(clients, who, patch, name, expected):
    body = {
        "id": "patched",
        "name": {"en": "E", "ko": "가", "zh": "中"},
        "aliases": [{"en": "One"}, {"en": "Two"}],
        "parties": ["KR", "CN"],
        "level": "working",
        "description": {"en": "D"},
        "citations": [{"document": "press-release-2023-12-20"}],
    }
    made = clients.korea.post("/v1/dialogues", json=body)
    answer = getattr(clients, who).patch(
        "/v1/dialogues/patched",
        json=patch,
        headers={
            "If-Match": made.headers["etag"],
            "Content-Type": "application/merge-patch+json",
        },
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()[name] == expected
    others = {key: value for key, value in made.json().items() if key not in (name, *BOOKKEEPING)}
    assert others.items() <= answer.json().items()


BOOKKEEPING = ("modified_at", "revision")

REFUSED = [
    ({"id": "another"}, "/id", "extra_forbidden"),
    ({"created_at": "2020-01-01T00:00:00Z"}, "/created_at", "extra_forbidden"),
    ({"name": {"en": None, "ko": None, "zh": None}}, "/name", "empty_localized_text"),
    ({"name": None}, "/name", None),
    ({"level": None}, "/level", None),
    ({"level": "highest"}, "/level", "enum"),
    ({"parties": []}, "/parties", "too_short"),
    ({"parties": ["KR", "KR"]}, "/parties", "repeated_item"),
    ({"parties": ["KR", "ZZ"]}, "/parties/1", "unknown_reference"),
    ({"established": "2023-13"}, "/established", "partial_date"),
    ({"name": {"fr": "Non"}}, "/name/fr", "extra_forbidden"),
]


@pytest.mark.parametrize(("patch", "pointer", "rule"), REFUSED)
def test_a_patch_that_would_break_a_rule_changes_nothing(clients, patch, pointer, rule):
    before = clients.anonymous.get(DIALOGUE)
    # Who else than the operator names other parties is refused for that.
    client = clients.admin if rule == "unknown_reference" else clients.korea
    answer = client.patch(DIALOGUE, json=patch, headers={"If-Match": before.headers["etag"]})
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["pointer"] == pointer
    assert rule in (None, error["rule"])
    assert clients.anonymous.get(DIALOGUE).content == before.content


@pytest.mark.parametrize("parties", [["KR"], ["CN"], ["KR", "CN", "JP"], ["KR", "ZZ"]])
def test_a_party_changes_nothing_of_whose_a_dialogue_is(clients, parties):
    before = clients.anonymous.get(DIALOGUE)
    match = {"If-Match": before.headers["etag"]}
    answer = clients.korea.patch(DIALOGUE, json={"parties": parties}, headers=match)
    assert answer.status_code == 403
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["rule"]) == ("/parties", "changed_by_operator")
    assert error["value"] == parties
    assert clients.anonymous.get(DIALOGUE).content == before.content
