"""The reference record says what its sources say, cites them, and invents no status."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.exchange.load import REFERENCE
from tests.conftest import Clients

RELEASE = (Path(__file__).parent / "press-release-2023-12-20.txt").read_text("utf-8")
RELEASE_ID = "press-release-2023-12-20"

ITEMS = [
    (
        "Exchange of air pollution prevention policies and technologies",
        "대기오염 방지정책·기술교류",
    ),
    (
        "Collaborative implementation of seasonal management measures",
        "계절관리대책 시행공조",
    ),
    (
        "Exchange of policies and technologies for greenhouse gas management in the automotive "
        "pollution and transportation sectors",
        "자동차 오염 및 교통부문 온실가스 관리정책·기술 교류",
    ),
    (
        "Exchange of policies for carbon neutrality and greenhouse gases",
        "탄소중립·온실가스 정책교류",
    ),
    (
        "Hosting the Clear Sky Conference",
        "청천컨퍼런스 개최",
    ),
    (
        "Exchange of air quality forecast information and forecast technology",
        "대기질 예보정보 및 예보기술 교류",
    ),
    (
        "Joint research on three-dimensional observation methods for air pollutants and greenhouse "
        "gases, observation of chemical characteristics of air pollutants, and numerical model "
        "research",
        "대기오염물질 및 온실가스에 관한 입체관측방법, 대기오염물질 화학성분특성관측 및 수치모델 "
        "공동연구",
    ),
    (
        "Hosting an environmental industry cooperation forum",
        "환경산업 협력포럼 개최",
    ),
    ("Hosting an export exhibition", None),
]

# Names that no source gives: wordings of the project's own.
OWN = [
    ("dialogues.json", "cn-kr-dg-dialogue", "/name/zh"),
    ("agreements.json", "cn-kr-environmental-cooperation-plan-2023", "/name/zh"),
    ("people.json", "zhou-guomei", "/name/zh"),
    ("people.json", "zhou-guomei", "/title/en"),
    ("people.json", "zhou-guomei", "/title/zh"),
    ("meetings.json", "cn-kr-dg-dialogue-7", "/participations/1/title/en"),
    ("meetings.json", "cn-kr-dg-dialogue-7", "/participations/1/title/zh"),
]


def _records(folder: Path = REFERENCE) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.glob("*.json")):
        for record in json.loads(path.read_text("utf-8")):
            yield path.name, record


def _record(file: str, record_id: str) -> dict[str, Any]:
    return next(record for name, record in _records() if (name, record["id"]) == (file, record_id))


def _resolve(record: Any, pointer: str) -> Any:
    """What a JSON Pointer names in a record. Raises where it names nothing."""
    for part in pointer.split("/")[1:]:
        record = record[int(part)] if isinstance(record, list) else record[part]
    return record


def _own_texts(record: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each text of each language in a record, with its pointer."""
    if isinstance(record, dict):
        for name, value in record.items():
            if name in ("en", "ko", "zh") and isinstance(value, str):
                yield f"{path}/{name}", value
            else:
                yield from _own_texts(value, f"{path}/{name}")
    elif isinstance(record, list):
        for index, value in enumerate(record):
            yield from _own_texts(value, f"{path}/{index}")


def test_the_plan_of_2023_has_its_nine_items_in_order(clients: Clients) -> None:
    query = {"agreement": "clear-sky-plan-2023", "sort": "number"}
    answer = clients.anonymous.get("/v1/action-items", params=query)
    assert answer.status_code == 200, answer.text
    found = [
        (item["id"], item["number"], item["title"].get("en"), item["title"].get("ko"))
        for item in answer.json()["items"]
    ]
    assert found == [
        (f"clear-sky-plan-2023-{number}", number, english, korean)
        for number, (english, korean) in enumerate(ITEMS, start=1)
    ]


def test_nobody_has_reported_on_any_of_them(clients: Clients) -> None:
    answer = clients.anonymous.get("/v1/dialogues/cn-kr-dg-dialogue/progress").json()
    assert answer["agreement"]["id"] == "clear-sky-plan-2023"
    assert answer["dialogue"]["id"] == "cn-kr-dg-dialogue"
    summary = answer["summary"]
    assert summary["items"] == 9
    assert summary["by_basis"] == {
        "joint": 0,
        "agreed": 0,
        "diverging": 0,
        "one_sided": 0,
        "unreported": 9,
    }
    assert set(summary["by_status"].values()) == {0}
    assert (summary["mean_progress"], summary["items_with_progress"]) == (None, 0)
    assert (summary["overdue"], summary["stale"]) == (0, 0)
    assert [item["number"] for item in answer["items"]] == list(range(1, 10))
    for item in answer["items"]:
        standing = item["standing"]
        assert (standing["status"], standing["basis"]) == (None, "unreported")
        assert (standing["positions"], standing["assessment"]) == ([], None)


def test_the_reference_holds_no_status_report() -> None:
    assert not (REFERENCE / "status-reports.json").exists()
    assert not (REFERENCE / "assessments.json").exists()


def test_every_record_cites_a_source() -> None:
    without = [
        (file, record["id"])
        for file, record in _records()
        if file != "documents.json" and not record.get("citations")
    ]
    assert without == []


def test_every_pointer_of_a_citation_resolves() -> None:
    for file, record in _records():
        for citation in record.get("citations", []):
            for pointer in citation.get("supports", []):
                assert _resolve(record, pointer) not in (None, "", [], {}), (file, record["id"])


def test_every_translation_of_our_own_is_a_text_of_its_record() -> None:
    for file, record in _records():
        texts = dict(_own_texts(record))
        for pointer in record.get("own_translations", []):
            assert pointer in texts, (file, record["id"], pointer)


@pytest.mark.parametrize(("file", "record", "pointer"), OWN)
def test_what_no_source_words_is_marked_as_our_own(file: str, record: str, pointer: str) -> None:
    assert _resolve(_record(file, record), pointer)
    assert pointer in _record(file, record)["own_translations"]


def test_no_wording_is_both_cited_and_marked_as_our_own() -> None:
    both = [
        (file, record["id"], pointer)
        for file, record in _records()
        for citation in record.get("citations", [])
        for pointer in citation.get("supports", [])
        if pointer in record.get("own_translations", [])
    ]
    assert both == []


def test_quotes_of_the_press_release_are_verbatim() -> None:
    quotes = [
        (record["id"], citation["quote"])
        for _, record in _records()
        for citation in record.get("citations", [])
        if citation["document"] == RELEASE_ID and "quote" in citation
    ]
    assert len(quotes) >= 9
    assert [quote for quote in quotes if quote[1] not in RELEASE] == []


@pytest.mark.parametrize("number", range(1, 10))
def test_each_item_quotes_its_own_number_and_words(number: int) -> None:
    item = _record("action-items.json", f"clear-sky-plan-2023-{number}")
    mark = "①②③④⑤⑥⑦⑧⑨"[number - 1]
    quotes = [citation.get("quote", "") for citation in item["citations"]]
    assert f"{mark} {ITEMS[number - 1][0]}" in quotes


def test_sources_that_are_not_followed_say_why() -> None:
    unfollowed = [
        citation
        for _, record in _records()
        for citation in record.get("citations", [])
        if citation.get("followed") is False
    ]
    assert unfollowed
    assert [citation for citation in unfollowed if not citation.get("note")] == []


def test_the_plan_and_the_project_are_two_agreements() -> None:
    plan, project = (
        _record("agreements.json", "clear-sky-plan"),
        _record("agreements.json", "clear-sky-project"),
    )
    assert (plan["signed"], plan["kind"]) == ("2019-11-04", "memorandum")
    assert (project["starts"], project["kind"]) == ("2017-05", "programme")
    assert not plan.get("relations")
    assert not project.get("relations")


def test_the_seventh_dialogue_is_as_the_release_tells_it(clients: Clients) -> None:
    meeting = clients.anonymous.get("/v1/meetings/cn-kr-dg-dialogue-7").json()
    told = {name: meeting[name] for name in ("ordinal", "starts", "status", "host", "format")}
    assert told == {
        "ordinal": 7,
        "starts": "2023-12-20",
        "status": "held",
        "host": "CN",
        "format": "in_person",
    }
    assert meeting["city"]["en"] == "Beijing"
    assert meeting["country"] == "CN"
    heads = {head["party"]: head for head in meeting["participations"] if head["role"] == "head"}
    assert set(heads) == {"KR", "CN"}
    korean, chinese = (
        clients.anonymous.get(f"/v1/people/{heads[party]['person']}").json()
        for party in ("KR", "CN")
    )
    assert korean["name"] == {"en": "Lee Young-seok", "ko": "이영석"}
    assert chinese["name"] == {"en": "Zhou Guomei", "ko": "저우궈메이", "zh": "周国梅"}
    assert heads["KR"]["title"] == {
        "en": "Director of Climate Change and International Cooperation Bureau",
        "ko": "기후변화정책관",
    }
    assert heads["CN"]["title"]["ko"] == "국제합작사 사장"
    # The release's mistranslation stays in the citation.
    assert "CEO" not in json.dumps(heads)
    assert any("CEO" in (citation["quote"] or "") for citation in meeting["citations"])


@pytest.mark.parametrize(
    ("ordinal", "starts", "status"),
    [
        (1, "2016-11", "held"),
        (2, "2018-01-17", "planned"),
        (3, "2019-01-22", "held"),
        (4, "2020-06-24", "held"),
        (5, "2021-08-26", "held"),
        (6, "2022-09-28", "held"),
    ],
)
def test_the_earlier_dialogues_are_dated_as_far_as_is_known(
    ordinal: int, starts: str, status: str
) -> None:
    meeting = _record("meetings.json", f"cn-kr-dg-dialogue-{ordinal}")
    assert (meeting["ordinal"], meeting["starts"], meeting["status"]) == (ordinal, starts, status)


def test_the_korean_ministry_has_another_name_from_october_2025() -> None:
    old, new = _record("organizations.json", "kr-moe")["names"]
    assert (old["name"]["en"], old["name"]["ko"]) == ("Ministry of Environment", "환경부")
    assert old["ends"] == "2025-09-30"
    assert (new["name"]["ko"], new["starts"]) == ("기후에너지환경부", "2025-10-01")
