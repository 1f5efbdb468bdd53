"""What a release does not plainly say is not proposed, or is marked as unsure."""

from typing import Any

import pytest

from tests.drafting.telling import drafted, told

EIGHTH = "8th Korea-China Directors General Policy Dialogue on the Environment"
ZH_EIGHTH = "第八次中韩环境司局长级政策对话"
KO_EIGHTH = "제8차 한중 환경국장회의"
ID = "cn-kr-dg-dialogue-8"


@pytest.mark.parametrize(
    ("text", "other", "left_out"),
    [
        (
            f"Seoul, 21 June 2024\n\nThe {EIGHTH} was held in Seoul on 20 June 2024.\n\n"
            "The 9th dialogue will be held in Beijing on 5 June 2025.",
            None,
            ["meeting 9"],
        ),
        (
            f"The {EIGHTH} was held in Seoul on February 27, 2025. "
            "The next round will be held in Beijing in 2026.",
            None,
            ["the next meeting"],
        ),
        (
            f"2024年6月21日\n\n{ZH_EIGHTH}6月20日在首尔召开。第九次会议将于2026年在中国举行。",
            None,
            ["meeting 9"],
        ),
        (
            f"2024年6月21日\n\n{ZH_EIGHTH}6月20日在首尔召开。第九次会议于2026年在中国举行。",
            None,
            ["meeting 9"],
        ),
        (
            f"배포일: 2024. 6. 21.\n\n6월 20일 {KO_EIGHTH}가 열렸다. "
            "제9차 회의는 2026년 열릴 예정이다.",
            None,
            ["meeting 9"],
        ),
        (
            f"Date: 3 March 2025\n\nThe {EIGHTH} was held in Seoul on February 27, 2025. "
            "The 7th dialogue, held in Beijing on 20 December 2023, opened the way.",
            [("cn-kr-dg-dialogue-7", "2023-12-20")],
            None,
        ),
    ],
)
def test_only_a_meeting_that_was_held_is_another_one(
    text: str, other: list[Any] | None, left_out: list[str] | None
) -> None:
    said = told(drafted(text))
    assert said["status"] == "held"
    assert said.get("other meetings") == other
    assert said.get("left out") == left_out


@pytest.mark.parametrize(
    ("text", "status", "unsure"),
    [
        (
            f"Press Release, 21 June 2024\n\nThe {EIGHTH} was not held as planned on 20 June 2024 "
            "in Seoul. It has been rescheduled to 5-6 July 2024 in Jeju.",
            "postponed",
            {"/status", "/starts", "/city"},
        ),
        (
            f"2024年6月21日\n\n{ZH_EIGHTH}原定6月20日在首尔举行，因故未能举行。",
            "planned",
            {"/status", "/starts", "/city"},
        ),
        (
            f"배포일: 2024. 6. 21.\n\n6월 20일 서울에서 개최하려던 {KO_EIGHTH}를 개최하지 못했다.",
            "planned",
            {"/status", "/starts", "/city"},
        ),
        (
            f"Date: 10 March 2026\n\nThe {EIGHTH}, originally planned for February, was held in "
            "Seoul on 8 March 2026.",
            "held",
            {"/status", "/starts", "/city"},
        ),
        (
            f"Date: 10 March 2026\n\nThe {EIGHTH} was held in Seoul on 20 March 2026.",
            "held",
            {"/status", "/starts"},
        ),
        (
            f"Date: 10 March 2026\n\nThe {EIGHTH} will be held in Seoul on 2 March 2026.",
            "planned",
            {"/status", "/starts"},
        ),
        (
            f"Date: 10 March 2026\n\nThe delegates, arriving in Incheon, said that the {EIGHTH} "
            "was held on 9 March.",
            "held",
            {"/city/en"},
        ),
        (
            f"Date: 10 March 2026\n\nThe {EIGHTH} was held on 9 March. The meeting in Jeju opened "
            "at noon.",
            "held",
            {"/city/en"},
        ),
        (
            f"发布时间：2026-03-20\n\n3月18日，{ZH_EIGHTH}召开，双方回顾了2024年在济州举行的第七次政策对话。",
            "held",
            {"/city/zh"},
        ),
        (
            f"배포일: 2026. 3. 20.\n\n3월 18일부터 사흘간 서울에서 {KO_EIGHTH}를 개최했다.",
            "held",
            {"/ends"},
        ),
        (
            f"Date: 10 March 2026\n\nThe {EIGHTH} was held for two days in Seoul on 8 March.",
            "held",
            {"/ends"},
        ),
    ],
)
def test_what_stands_against_a_meeting_marks_it(text: str, status: str, unsure: set[str]) -> None:
    draft = drafted(text)
    assert told(draft)["status"] == status
    marked = {mark.pointer for record, mark in draft.unsure if record.proposal.id == ID}
    assert unsure <= marked


@pytest.mark.parametrize("days", ["March 18 to 19/20", "March 1 to May 2"])
def test_an_end_that_is_not_understood_or_far_away_is_unsure(days: str) -> None:
    draft = drafted(f"Date: 10 May 2026\n\nThe {EIGHTH} was held in Seoul from {days}.")
    assert f"{ID}/ends" in told(draft)["unsure"]


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        (f"BEIJING, March 19 - The {EIGHTH} was held from 18 to 19 March 2026.", "2026-03-18"),
        (f"On March 20 it said that the {EIGHTH} was held on 18 March 2026.", "2026-03-18"),
    ],
)
def test_the_day_with_its_year_is_the_meetings(text: str, starts: str) -> None:
    assert told(drafted(text))["starts"] == starts


def test_each_head_is_of_the_side_named_nearest() -> None:
    said = told(
        drafted(
            f"2024年6月21日\n\n{ZH_EIGHTH}6月20日在首尔召开。"
            "中方由生态环境部国际合作司司长周国梅率团，韩方由环境部国际合作官郑恩海率团。"
        )
    )
    assert said["people"] == [
        ("zhou-guomei", "CN", "国际合作司司长", "head"),
        ("zheng-en-hai", "KR", "环境部国际合作官", "head"),
    ]


def test_a_head_in_brackets_is_of_the_side_in_them() -> None:
    said = told(
        drafted(
            f"배포일: 2024. 6. 21.\n\n6월 20일 {KO_EIGHTH}가 열렸다. 회의에는 정은해 국제협력관"
            "(우리측 수석대표)과 저우궈메이 사장(중국측 수석대표)이 참석했다."
        )
    )
    assert [one[1:] for one in said["people"]] == [
        ("KR", "국제협력관", "head"),
        ("CN", "사장", "head"),
    ]


@pytest.mark.parametrize(
    ("items", "due"),
    [
        ("1) ozone research, to be completed by November 2025; 2) a forum", "2025-11"),
        ("1) 오존 공동연구(2025년 11월까지) 2) 행사", "2025-11"),
        ("1) 臭氧联合研究，2025年11月底前完成；2) 晴天会议", "2025-11"),
        ("1) data of the season (December 1, 2024 to March 31, 2025); 2) a forum", None),
        ("1) 계절관리제(2024.12.1.~2025.3.31.까지) 2) 행사", None),
    ],
)
def test_an_item_is_due_when_its_own_words_say_so(items: str, due: str | None) -> None:
    draft = drafted(f"The {EIGHTH} was held. The Clear Sky Plan for 2025 has the items: {items}")
    first = next(one for one in draft.records if one.proposal.file == "action-items.json")
    assert first.proposal.members.get("due") == due
    assert (due is not None) == any(at == "/due" for at, _ in first.proposal.evidence)


def test_a_sentence_taken_for_the_title_is_unsure() -> None:
    said = told(drafted(f"The {EIGHTH} was held in Seoul on 8 March 2026."))
    assert "release/title/en" in said["unsure"]
