"""Numbered items: in order, with the exact words of each, and what is nested in them."""

import pytest

from app.drafting.finding.items import ListFound, lists_in
from app.drafting.finding.matching import Matched


def _told(matched: Matched, found: ListFound) -> list[object]:
    return [
        (matched.quote(item.title), *(_told(matched, inner) for inner in item.lists))
        if item.lists
        else matched.quote(item.title)
        for item in found.items
    ]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("* ① Policies ② Joint research ③ A forum", ["Policies", "Joint research", "A forum"]),
        (
            "과제는 ① 대기오염 방지 ② 공동연구 ③ 전시회 등이다.",
            ["대기오염 방지", "공동연구", "전시회"],
        ),
        ("It has:\n1. Data;\n2. Research,\nand more; and\n3. Forum.\n\nEnd.", None),
        ("1) 가나\n2) 다라", ["가나", "다라"]),
        ("(1) one (2) two; (3) three", ["one", "two", "three"]),
        ("a) one\nb) two", ["one", "two"]),
        ("가. 정책교류\n나. 공동연구\n다. 산업화", ["정책교류", "공동연구", "산업화"]),
        ("一、政策交流；\n二、联合研究；\n三、产业合作。", ["政策交流", "联合研究", "产业合作"]),
        ("合作：（一）政策交流；（二）联合研究。此外，", ["政策交流", "联合研究"]),
        ("一是加强交流，二是联合研究，三是举办论坛。", ["加强交流", "联合研究", "举办论坛"]),
        (
            "They agreed, first, to exchange data; second, to hold a forum; and third, to report.",
            ["to exchange data", "to hold a forum", "to report"],
        ),
        ("첫째, 정책을 교류한다. 둘째, 공동연구를 한다.", ["정책을 교류한다", "공동연구를 한다"]),
        (
            "1. Policy\n가. staff\n나. data\n2. Research\n  (1) one\n  (2) two\n\nAfter",
            [("Policy", ["staff", "data"]), ("Research", ["one", "two"])],
        ),
        ("1. A\n  ① x\n  ② y\n2. B", [("A", ["x", "y"]), "B"]),
        ("1) dust; 2) ozone (Jan. - Dec. 2024). They", ["dust", "ozone (Jan. - Dec. 2024)"]),
        ("6个项目：1.政策交流；2.联合研究；3.产业合作。", ["政策交流", "联合研究", "产业合作"]),
        ("같다. 가. 공동연구(2025년 11월까지) 나. 행사", ["공동연구(2025년 11월까지)", "행사"]),
        ("i. Policy\nii. Research", ["Policy", "Research"]),
    ],
)
def test_lists(text: str, items: list[object] | None) -> None:
    matched = Matched(text)
    (found,) = lists_in(matched)
    assert _told(matched, found) == (items or ["Data", "Research,\nand more", "Forum"])
    assert [item.number for item in found.items] == list(range(1, len(found.items) + 1))


@pytest.mark.parametrize(
    "text",
    [
        "2023. 12. 20. they met",
        "1. only one",
        "2. begins\n3. in the middle",
        "1. one\n3. three",
        "The first meeting and the second",
        "환경부는 나. 라고",
    ],
)
def test_what_is_no_list(text: str) -> None:
    assert lists_in(Matched(text)) == []


def test_two_lists_are_two_and_a_note_is_known_by_its_mark() -> None:
    matched = Matched("Agenda\n1. Opening\n2. Review\n\n※ ① a ② b\n\n* (1) c (2) d")
    assert [(_told(matched, one), one.note) for one in lists_in(matched)] == [
        (["Opening", "Review"], None),
        (["a", "b"], "※"),
        (["c", "d"], "*"),
    ]
