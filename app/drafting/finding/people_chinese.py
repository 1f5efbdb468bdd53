"""People in Chinese: `周国梅司长`, `生态环境部国际合作司司长周国梅`."""

import re
from collections.abc import Iterator

from app.drafting.dictionaries.people import CHINESE_SURNAMES, CHINESE_TITLES, NO_CHINESE_NAME
from app.drafting.finding.matching import Matched
from app.drafting.finding.titled import Titled

_NAME = rf"(?P<name>(?:{CHINESE_SURNAMES})[\u4e00-\u9fff]{{1,2}})"
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


def people_in_chinese(matched: Matched) -> Iterator[Titled]:
    """Everybody whose name is in Chinese characters beside a Chinese title."""
    for match in _BEFORE.finditer(matched.folded):
        if match["name"] not in NO_CHINESE_NAME:
            bracketed = matched.folded[: match.start()].endswith("(")
            other = matched.of(match, "other") if match["other"] else None
            name, title = matched.of(match, "name"), matched.of(match, "title")
            end = other.end + 1 if other else name.end
            yield Titled((title.start, end), name, title, other, bracketed)
    for match in _AFTER.finditer(matched.folded):
        inner = match["inner"] is not None
        group, title_group = ("inner", "inner_title") if inner else ("name", "title")
        if match[group] not in NO_CHINESE_NAME:
            name, title = matched.of(match, group), matched.of(match, title_group)
            other = matched.of(match, "other") if match["other"] and not inner else None
            yield Titled((name.start, title.end), name, title, other)
