"""Places, dialogues, organizations, people and agreements in three languages."""

import pytest

from app.drafting.finding.agreements import agreements_in
from app.drafting.finding.dialogues import dialogues_in
from app.drafting.finding.matching import Matched, sentences
from app.drafting.finding.organizations import organizations_in
from app.drafting.finding.people import people_in
from app.drafting.finding.places import formats_in, places_in
from app.drafting.finding.statuses import status_in
from tests.drafting.telling import KNOWN


@pytest.mark.parametrize(
    ("text", "quote", "country"),
    [
        ("was held in Beijing.", "Beijing", "CN"),
        ("베이징에서 개최했다", "베이징", "CN"),
        ("중국 칭다오 시내 호텔에서 열렸다", "칭다오", "CN"),
        ("서울특별시에서 열렸다", "서울", "KR"),
        ("会议于北京召开", "北京", "CN"),
        ("在首尔举行", "首尔", "KR"),
        ("was held in Xiongan", "Xiongan", None),
        ("슝안에서 개최했다", "슝안", None),
        ("在雄安举行", "雄安", None),
    ],
)
def test_places_and_places_that_nobody_knows(text: str, quote: str, country: str | None) -> None:
    matched = Matched(text)
    (found,) = (place for place in places_in(matched) if place.sited)
    assert matched.quote(found.span) == quote
    assert (found.city and found.city.country) == country


@pytest.mark.parametrize("text", ["Beijing Normal University", "양국은 회의에서", "held in May"])
def test_what_puts_nothing_anywhere(text: str) -> None:
    assert [place for place in places_in(Matched(text)) if place.sited] == []


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("by video conference", ["online"]),
        ("was convened virtually", ["online"]),
        ("화상으로 개최", ["online"]),
        ("以视频方式举行", ["online"]),
        ("in a hybrid format", ["hybrid"]),
        ("온·오프라인으로", ["hybrid"]),
        ("face-to-face", ["in_person"]),
        ("in Beijing", []),
    ],
)
def test_formats(text: str, formats: list[str]) -> None:
    assert [one.format for one in formats_in(Matched(text))] == formats


DG, CN_KR = "cn-kr-dg-dialogue", frozenset({"CN", "KR"})


@pytest.mark.parametrize(
    ("text", "id_", "level", "ordinal"),
    [
        (
            "the '7th China-Korea Directors General Policy Dialogue on the Environment'",
            DG,
            "director_general",
            7,
        ),
        (
            "the 8th Korea–China Directors-General Policy Dialogue on Environment",
            None,
            "director_general",
            8,
        ),
        (
            "ninth session of the Korea-China Director-General Dialogue on Environment",
            None,
            "director_general",
            9,
        ),
        ("제8차 한·중 환경부 국장급 회의", DG, "director_general", 8),
        ("제8차 한중 환경국장회의", DG, "director_general", 8),
        ("한국-중국 환경 국장급 대화(제8차)", None, "director_general", 8),
        ("第七次中韩环境司局长级政策对话", DG, "director_general", 7),
        ("中韩环境司局长级第八次政策对话", None, "director_general", 8),
        ("第25次中日韩环境部长会议", "temm", "minister", 25),
        ("the 25th Tripartite Environment Ministers Meeting", "temm", "minister", 25),
        ("제26차 한중일 환경장관회의(TEMM26)", "temm", "minister", 26),
        ("the China-Korea Vice-Ministerial Dialogue on Climate", None, "vice_minister", None),
    ],
)
def test_dialogues(text: str, id_: str | None, level: str, ordinal: int | None) -> None:
    (found,) = dialogues_in(Matched(text), KNOWN.dialogue_names())
    assert (found.id, found.level) == (id_, level)
    assert (found.ordinal and found.ordinal.value) == ordinal
    assert found.id is not None or found.parties == CN_KR


@pytest.mark.parametrize(
    "text",
    ["Korea and China held a meeting", "한중 양국은 베이징에서 회의를", "中韩两国在北京举行会议"],
)
def test_what_names_no_dialogue(text: str) -> None:
    assert dialogues_in(Matched(text), KNOWN.dialogue_names()) == []


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (
            "the Ministry of Environment and the Ministry of Ecology and Environment",
            ["kr-moe", "cn-mee"],
        ),
        ("환경부와 생태환경부", ["kr-moe", "cn-mee"]),
        ("기후에너지환경부", ["kr-moe"]),
        ("Ministry of Climate, Energy, and Environment", ["kr-moe"]),
        (
            "韩国环境部、生态环境部国际合作司",
            ["kr-moe", "cn-mee", "cn-mee-international-cooperation"],
        ),
        ("Ministry of Environmental Protection", ["cn-mee"]),
        ("Japan's Ministry of the Environment", [None]),
        ("중국 환경부", []),
        ("Chinese Ministry of Environment", []),
    ],
)
def test_organizations(text: str, ids: list[str | None]) -> None:
    found = organizations_in(
        Matched(text), KNOWN.organization_names(), KNOWN.organization_parties()
    )
    assert [one.name.id for one in found] == ids


MOE, MEE, INT = "kr-moe", "cn-mee", "cn-mee-international-cooperation"


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (
            "Lee Young-seok, Director of Climate Change and International Cooperation Bureau at "
            "the Ministry of Environment, and Zhou Guomei, Director-General of the Department of "
            "International Cooperation of the Ministry of Ecology and Environment, attended",
            [
                (
                    "Lee Young-seok",
                    "Director of Climate Change and International Cooperation Bureau",
                    (MOE,),
                ),
                (
                    "Zhou Guomei",
                    "Director-General of the Department of International Cooperation",
                    (MEE, INT),
                ),
            ],
        ),
        (
            "the Ministry of Environment (Minister Han Wha-jin) held",
            [("Han Wha-jin", "Minister", (MOE,))],
        ),
        (
            "Minister Huang Runqiu, Minister Kim Sung-whan of the Ministry of Environment, and",
            [("Huang Runqiu", "Minister", ()), ("Kim Sung-whan", "Minister", (MOE,))],
        ),
        (
            "이영석 환경부 기후변화국제협력관과 "
            "저우궈메이(周国梅) 중국 생태환경부 국제합작사 사장이",
            [
                ("이영석", "기후변화국제협력관", (MOE,)),
                ("저우궈메이", "국제합작사 사장", (MEE, INT)),
            ],
        ),
        (
            "환경부(장관 한화진)는 중국 생태환경부(부장 황룬추)와",
            [("한화진", "장관", (MOE,)), ("황룬추", "부장", (MEE,))],
        ),
        ("환경부 이영석 국제협력관은", [("이영석", "국제협력관", (MOE,))]),
        ("由周国梅司长率团", [("周国梅", "司长", ())]),
        (
            "生态环境部国际合作司司长周国梅和韩国环境部国际协力官李荣锡共同主持会议",
            [("周国梅", "国际合作司司长", (MEE, INT)), ("李荣锡", "国际协力官", (MOE,))],
        ),
        (
            "우리측 정은해 환경부 국제협력관과 중국측 저우궈메이 사장이",
            [("정은해", "국제협력관", (MOE,)), ("저우궈메이", "사장", ())],
        ),
        ("우리측은 정은해 국제협력관이,", [("정은해", "국제협력관", ())]),
        ("양측 국장은, 한국측은 국장이, 회의(우리측 수석대표)에서", []),
        (
            "정은해 환경부 국제협력관(우리측 수석대표)이",
            [("정은해", "국제협력관", (MOE,))],
        ),
        (
            "中方代表团由生态环境部国际合作司司长周国梅率领。",
            [("周国梅", "国际合作司司长", (MEE, INT))],
        ),
        ("韩方由环境部国际合作官郑恩海率团，", [("郑恩海", "环境部国际合作官", ())]),
        ("韩方还由环境部大气政策官金敏浩参加。", [("金敏浩", "环境部大气政策官", ())]),
        ("国家环境科学院研究员金敏浩等", [("金敏浩", "国家环境科学院研究员", ())]),
        ("韩国驻华大使馆参赞", []),
        ("양국 장관은 국장급 회의에서 정부 대표와", []),
        ("第26次中日韩环境部长会议", []),
        ("the Tenth China-Korea Directors General Policy Dialogue", []),
    ],
)
def test_people(text: str, people: list[tuple[str, str, tuple[str, ...]]]) -> None:
    matched = Matched(text)
    organizations = organizations_in(
        matched, KNOWN.organization_names(), KNOWN.organization_parties()
    )
    found = people_in(matched, organizations, KNOWN.organization_parents())
    assert [
        (matched.quote(one.name), one.title and matched.quote(one.title), one.organizations)
        for one in found
    ] == people


@pytest.mark.parametrize(
    ("text", "quote", "ordinal", "starts", "ends"),
    [
        (
            "'Second Korea-China Environmental Cooperation Plan (2023-2027),' which",
            "Second Korea-China Environmental Cooperation Plan (2023-2027)",
            2,
            "2023",
            "2027",
        ),
        ("the 2023 Clear Sky Plan*", "2023 Clear Sky Plan", None, "2023", "2023"),
        ("the Clear Sky Plan for 2025", "Clear Sky Plan for 2025", None, "2025", "2025"),
        ("‘2023년 청천계획’", "2023년 청천계획", None, "2023", "2023"),
        ("’23년 청천(晴天)계획", "’23년 청천(晴天)계획", None, "2023", "2023"),
        (
            "서명한 제2차 한중 환경협력계획(2023~2027)의",
            "제2차 한중 환경협력계획(2023~2027)",
            2,
            "2023",
            "2027",
        ),
        ("“晴天计划”(2023年)", "晴天计划”(2023年)", None, "2023", "2023"),
        (
            "回顾了第二次中韩环境合作规划（2023-2027）的",
            "第二次中韩环境合作规划（2023-2027）",
            2,
            "2023",
            "2027",
        ),
        (
            "'5th Fine Dust Seasonal Management Plan (December 1, 2023, to March 31, 2024)'",
            "5th Fine Dust Seasonal Management Plan (December 1, 2023, to March 31, 2024)",
            5,
            "2023-12-01",
            "2024-03-31",
        ),
        ("签署了《中韩大气合作谅解备忘录》", "中韩大气合作谅解备忘录", None, None, None),
    ],
)
def test_agreements(
    text: str, quote: str, ordinal: int | None, starts: str | None, ends: str | None
) -> None:
    matched = Matched(text)
    (found,) = agreements_in(matched, KNOWN.series_names())
    assert matched.quote(found.span) == quote
    assert found.ordinal == ordinal
    assert (found.starts and found.starts.partial, found.ends and found.ends.partial) == (
        starts,
        ends,
    )


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The dialogue was held in Beijing.", "held"),
        ("회의를 개최했다고 밝혔다.", "held"),
        ("회의를 열고 논의했다.", "held"),
        ("会议在北京举行。", "held"),
        ("The dialogue will be held in May.", "planned"),
        ("회의를 개최할 예정이다.", "planned"),
        ("会议将于5月在北京举行。", "planned"),
        ("It was to be held in May and has been postponed.", "postponed"),
        ("열 예정이던 회의를 연기한다.", "postponed"),
        ("原定举行的会议推迟。", "postponed"),
        ("The dialogue was cancelled.", "cancelled"),
        ("회의를 개최한다.", "held_or_planned"),
        ("They talked of dust.", None),
        ("It has been rescheduled to 5 July.", "postponed"),
        ("会议改期至7月2日。", "postponed"),
        ("제9차 회의는 2026년 열릴 예정이다.", "planned"),
        ("The next round would be held in May.", "planned"),
    ],
)
def test_statuses(text: str, status: str | None) -> None:
    matched = Matched(text)
    (sentence,) = sentences(matched)
    found = status_in(matched, sentence)
    assert (found and found.status) == status


@pytest.mark.parametrize(
    "text",
    [
        "The dialogue was not held as planned on 20 June.",
        "The dialogue could not be held.",
        "原定6月20日在首尔举行，因故未能举行。",
        "会议未举行。",
        "회의를 개최하지 못했다.",
        "회의가 열리지 않았다.",
        "회의가 무산됐다.",
    ],
)
def test_what_is_denied_is_not_plainly_held(text: str) -> None:
    matched = Matched(text)
    (sentence,) = sentences(matched)
    found = status_in(matched, sentence)
    assert found is not None
    assert found.denied


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("It was held on February 27, 2025. The next", "It was held on February 27, 2025."),
        ("They met in\n2025. The next", "They met in"),
        ("2025. 2. 28. 서울에서 열렸다. 다음", "2025. 2. 28. 서울에서 열렸다."),
        ("1. One thing. Another", "1. One thing."),
    ],
)
def test_a_sentence_may_end_in_a_year_and_not_in_a_date(text: str, first: str) -> None:
    matched = Matched(text)
    assert matched.quote(sentences(matched)[0].span) == first


def test_sentences_end_where_their_writers_ended_them() -> None:
    text = (
        "On Dec. 20 Mr. Lee met\nMs. Zhou. 2023. 12. 20.(수) 베이징에서 열렸다. "
        "双方举行会议。次日。\nA title\n"
    )
    matched = Matched(text)
    assert [matched.quote(one.span) for one in sentences(matched)] == [
        "On Dec. 20 Mr. Lee met",
        "Ms. Zhou.",
        "2023. 12. 20.(수) 베이징에서 열렸다.",
        "双方举行会议。",
        "次日。",
        "A title",
    ]
