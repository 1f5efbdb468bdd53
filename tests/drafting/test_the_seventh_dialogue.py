"""The press release of 20 December 2023, from the file to the record."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.drafting.proposing.drafts import draft_of
from app.drafting.reading.files import read_release
from app.exchange.export import export
from app.exchange.load import REFERENCE
from app.kernel.access import OPERATOR
from app.kernel.sessions import Database
from tests.cli.running import Run, assert_refused
from tests.drafting.conftest import RELEASE
from tests.drafting.telling import KNOWN, drafted, told

ITEMS = [
    "Exchange of air pollution prevention policies and technologies",
    "Collaborative implementation of seasonal management measures",
    "Exchange of policies and technologies for greenhouse gas management in the automotive "
    "pollution and transportation sectors",
    "Exchange of policies for carbon neutrality and greenhouse gases",
    "Hosting the Clear Sky Conference",
    "Exchange of air quality forecast information and forecast technology",
    "Joint research on three-dimensional observation methods for air pollutants and greenhouse "
    "gases, observation of chemical characteristics of air pollutants, and numerical model "
    "research",
    "Hosting an environmental industry cooperation forum",
    "Hosting an export exhibition",
]


def test_the_release_gives_dialogue_day_city_heads_plans_and_items() -> None:
    draft = draft_of(read_release(RELEASE), KNOWN)
    assert told(draft) == {
        "title": "Korea-China Strengthen Environmental Cooperation, Including Fine Dust Reduction",
        "language": "en",
        "issued": "2023-12-20",
        "meeting": "cn-kr-dg-dialogue-7",
        "status": "held",
        "starts": "2023-12-20",
        "city": "Beijing",
        "country": "CN",
        "people": [
            (
                "lee-young-seok",
                "KR",
                "Director of Climate Change and International Cooperation Bureau",
                "head",
            ),
            ("zhou-guomei", "CN", "CEO of the Sino-Foreign Joint Venture Corporation", "head"),
        ],
        "other meetings": [("cn-kr-dg-dialogue-1", "2016-11")],
        "agreements": [
            ("cn-kr-environmental-cooperation-plan-2023", "2023", "2027", "2023-06"),
            ("clear-sky-plan-2023", "2023", "2023", None),
        ],
        "items": [
            (f"clear-sky-plan-2023-{number}", title) for number, title in enumerate(ITEMS, start=1)
        ],
        "left out": [
            "person Han Wha-jin",
            "person Huang Runqiu",
            "agreement 5th Fine Dust Seasonal Management Plan "
            "(December 1, 2023, to March 31, 2024)",
            "meeting 25 of temm",
        ],
    }
    text = draft.release.source.text
    quotes = {
        pointer: text[span.start : span.end]
        for record in draft.records
        if record.proposal.id == "cn-kr-dg-dialogue-7"
        for pointer, span in record.proposal.evidence
    }
    assert quotes["/ordinal"] == (
        "7th China-Korea Directors General Policy Dialogue on the Environment"
    )
    assert (quotes["/starts"], quotes["/city/en"]) == ("December 20", "Beijing")


def test_the_year_is_derived_and_marked_and_unsure_under_another_name() -> None:
    (meeting,) = _meetings(draft_of(read_release(RELEASE), KNOWN))
    (mark,) = (one for one in meeting.proposal.marks if one.pointer == "/starts")
    assert mark.certainty == "derived"
    assert "the year is not beside the date" in mark.reason
    assert "the file's name says, and names 2023 elsewhere" in mark.reason

    (meeting,) = _meetings(drafted(RELEASE.read_text("utf-8")))
    assert meeting.proposal.members["starts"] == "2023-12-20"
    (mark,) = (one for one in meeting.proposal.marks if one.pointer == "/starts")
    assert mark.certainty == "unsure"
    assert "only the period from 2023-12-01 to 2024-03-31 holds it" in mark.reason


def _meetings(draft: Any) -> list[Any]:
    return [one for one in draft.records if one.proposal.id == "cn-kr-dg-dialogue-7"]


def test_what_the_record_has_is_compared_and_never_overwritten() -> None:
    draft = draft_of(read_release(RELEASE), KNOWN)
    assert {record.compared.outcome for record in draft.records} == {"adds", "known"}
    (document,) = (record for record in draft.records if record.load is not None)
    assert document.compared.added == {"/file/media_type", "/file/bytes", "/file/sha256"}
    assert document.load == {
        **KNOWN.all("documents.json")["press-release-2023-12-20"],
        "file": document.proposal.members["file"],
    }
    differences = {
        (record.proposal.id, one.pointer): one.record
        for record in draft.records
        for one in record.compared.differences
    }
    assert differences == {
        ("press-release-2023-12-20", "/issued"): "2023-12",
        (
            "cn-kr-dg-dialogue-7",
            "/participations/1/organization",
        ): "cn-mee-international-cooperation",
        (
            "cn-kr-dg-dialogue-7",
            "/participations/1/title/en",
        ): "Director-General of the Department of International Cooperation",
    }


def test_who_else_took_part_is_added_behind_those_whom_the_record_has() -> None:
    text = RELEASE.read_text("utf-8").replace(
        "attended as chief representatives.",
        "attended as chief representatives, accompanied by Deputy Director Wang Lei of the "
        "Ministry of Ecology and Environment.",
    )
    head = "At this meeting, Lee Young-seok, Director of Climate Change and International "
    text = text.replace(f"{head}Cooperation Bureau at the Ministry of Environment, and ", "")
    (meeting,) = _meetings(drafted(text))
    assert meeting.load is not None
    before = KNOWN.all("meetings.json")["cn-kr-dg-dialogue-7"]
    assert meeting.load["participations"] == [
        *before["participations"],
        {
            "party": "CN",
            "person": "wang-lei",
            "organization": "cn-mee",
            "title": {"en": "Deputy Director"},
        },
    ]
    assert meeting.load["citations"][len(before["citations"]) :] == [
        {
            "document": "press-release-2023-12-20",
            "quote": "Deputy Director Wang Lei of the Ministry of Ecology and Environment",
            "locator": "paragraph 7",
            "supports": ["/participations/2"],
        }
    ]


def test_a_draft_is_reviewed_written_and_loaded_when_a_person_says_so(
    run: Run, release: Path, database_url: str, database: Database
) -> None:
    told_first = run("draft", release.name, database_url="sqlite:///nowhere.db")
    assert (told_first.status, told_first.errors) == (0, "")
    assert "/starts: 2023-12-20 ← “December 20” (paragraph 6)" in told_first.output
    assert [path.name for path in release.parent.iterdir()] == [release.name]

    told_second = run("draft", release.name, "--to", "drafted")
    assert told_second.output == (f"{told_first.output}\nWritten to drafted: documents.json.\n")
    folder = release.parent / "drafted"
    assert sorted(path.name for path in folder.iterdir()) == [
        *("documents.json", "draft.json", "review.md")
    ]
    assert (folder / "review.md").read_text("utf-8") == told_first.output
    assert_refused(run("draft", release.name, "--to", "drafted"), "drafted is there already")

    loaded = run("load", "drafted", database_url=database_url)
    assert (loaded.status, loaded.errors) == (0, "")
    assert loaded.output == "0 records created, 1 changed, 0 as they were; revision 2.\n"
    # What the record had it has still, and the document has its file besides.
    with database.reading(OPERATOR) as session:
        export(session, release.parent / "after")
    for path in REFERENCE.glob("*.json"):
        before = {one["id"]: one for one in json.loads(path.read_text("utf-8"))}
        after = {
            one["id"]: one
            for one in json.loads((release.parent / "after" / path.name).read_text("utf-8"))
        }
        if path.name == "documents.json":
            assert after["press-release-2023-12-20"].pop("file")["bytes"] == 3567
        assert after == before
    assert run("load", "drafted", database_url=database_url).output.startswith("0 records created")

    # Of the record as it is now there is nothing to add.
    again = run("draft", release.name, "--record", "after", "--to", "again")
    assert "Written to again: no load file, as there is nothing new." in again.output


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (("missing.txt",), ["missing.txt: No such file"]),
        (("a.doc",), ["a.doc: a release is one of"]),
        (("mixed.txt",), ["mixed.txt: mixed encodings", "line 2"]),
        (("mixed.txt", "--encoding", "latin-1"), ["latin-1"]),
        (("good.txt", "--record", "missing"), ["missing is not a folder"]),
    ],
)
def test_what_cannot_be_drafted_is_refused_in_one_sentence(
    arguments: tuple[str, ...], fragments: list[str], run: Run, folder: Path
) -> None:
    (folder / "a.doc").write_bytes(b"x")
    (folder / "good.txt").write_bytes(b"words")
    (folder / "mixed.txt").write_bytes("환경부\n".encode() + "환경부".encode("cp949"))
    assert_refused(run("draft", *arguments, "--to", "made"), *fragments)
    assert not (folder / "made").exists()
