"""People in Chinese: `周国梅司长`, `生态环境部国际合作司司长周国梅`."""

import re
from collections.abc import Iterator

from app.drafting.dictionaries.people import CHINESE_SURNAMES, CHINESE_TITLES, NO_CHINESE_NAME
from app.drafting.finding.matching import Matched, Span
from app.drafting.finding.titled import Titled

# "The Korean side" begins as a surname does, and is nobody.
_NAME = rf"(?P<name>(?![韩中日][方国])(?:{CHINESE_SURNAMES})[\u4e00-\u9fff]{{1,2}})"
_OTHER = r"(?: ?\((?P<other>[^()\n]{1,30})\))?"
_BEHIND = r"(?=[、,。;:和与及同等在率出共分主表指说介强于参代会(「\"\s]|$)"
# What is said of somebody is no part of a title.
_WORDS = "[^\\W\\da-zA-Z_出席率主持见与和在表示第]"
_BEFORE = re.compile(
    r"(?:^|(?<=[、,。;:()\s和与由及,方\"]))"
    rf"(?P<title>[\u4e00-\u9fff]{{0,24}}?(?:{CHINESE_TITLES})){_NAME}{_OTHER}{_BEHIND}",
    re.M,
)
_AFTER = re.compile(
    rf"(?<![\u4e00-\u9fff]){_NAME}{_OTHER}(?P<title>{_WORDS}{{0,20}}?(?:{CHINESE_TITLES}))(?!级|会|联席|对话)"
    rf"|{_NAME.replace('<name>', '<inner>')}(?P<inner_title>{CHINESE_TITLES})(?!级|会|联席|对话)"
)


# What stands before the title, "the Chinese delegation was led by", is no part of it.
_LEAD = re.compile(
    r"^[\u4e00-\u9fff]{0,30}(?:由|[中韩日蒙双我]方|代表团|派出?|会见|陪同|邀请|了|出席|参加|主持|担任"
    r"|以及|包括|来自)"
)
_NO_NAME = re.compile(r"[驻由]")


def people_in_chinese(matched: Matched) -> Iterator[Titled]:
    """Everybody whose name is in Chinese characters beside a Chinese title."""
    for match in _BEFORE.finditer(matched.folded):
        if not _is_nobody(match["name"]):
            bracketed = matched.folded[: match.start()].endswith("(")
            other = matched.of(match, "other") if match["other"] else None
            name, title = matched.of(match, "name"), _title(matched, match)
            end = other.end + 1 if other else name.end
            yield Titled((title.start, end), name, title, other, bracketed)
    for match in _AFTER.finditer(matched.folded):
        inner = match["inner"] is not None
        group, title_group = ("inner", "inner_title") if inner else ("name", "title")
        if not _is_nobody(match[group]):
            name, title = matched.of(match, group), matched.of(match, title_group)
            other = matched.of(match, "other") if match["other"] and not inner else None
            yield Titled((name.start, title.end), name, title, other)


def _is_nobody(name: str) -> bool:
    return name in NO_CHINESE_NAME or _NO_NAME.search(name) is not None


def _title(matched: Matched, match: re.Match[str]) -> Span:
    lead = _LEAD.match(match["title"])
    start = match.start("title") + (lead.end() if lead else 0)
    return matched.span(start, match.end("title"))
