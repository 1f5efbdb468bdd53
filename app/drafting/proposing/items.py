"""Numbered items: those of an agreement, those of an agenda, and lists that belong to neither."""

import re
from dataclasses import dataclass

from app.drafting.finding.dates import DateFound
from app.drafting.finding.issuing import language_at
from app.drafting.finding.items import ItemFound, ListFound
from app.drafting.finding.matching import Span, between
from app.drafting.proposing.agreements import Named
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known
from app.drafting.proposing.proposals import LeftOut, Members, Proposal

FILE = "action-items.json"
_AGENDA = re.compile(r"\bagenda\b|\btopics?\b|\bdiscuss|의제|안건|논의|议题|议程|讨论", re.I)
_ITEMS = re.compile(
    r"\bitems?\b|\btasks?\b|\bprojects?\b|\bareas?\b|\bconsists?\b|\bincludes?\b|\bcontains?\b|\bcomprises?\b"
    r"|과제|사업|내용|항목|세부|포함|项目|任务|内容|包括|措施",
    re.I,
)
_BULLETS = " *※·-○◦●□■ㅇ▷\n\t"
_LONGEST = 2_000
_MOST = 50
_MARK_BEHIND = re.compile(r"^['\"’”」》)]{0,3}(?P<words>[^.。\n*※]{0,60})(?P<mark>\*{1,3}|※)")


# By when: what stands before a date, or right behind it.
_BY_BEFORE = re.compile(r"\bby (?:the )?(?:end of |early |mid-? ?|late )?(?:the )?$", re.I)
_BY_BEHIND = re.compile(r"^ ?(?:말|초|중순|하순)?까지|^(?:底|末|中旬|下旬)?之?(?:以)?前")
_SPAN_BEFORE = re.compile(r"(?:부터|에서|~|-|至|到) ?$")


@dataclass(frozen=True, slots=True)
class _Owner:
    agreement: str | None
    words: Span
    reason: str | None
    unsure: bool = False


def add_items(
    facts: Facts, named: list[Named], meeting: Proposal | None, known: Known
) -> tuple[list[Proposal], list[LeftOut]]:
    """The items of the agreements named, as proposals; the items of an agenda go to the meeting."""
    proposals: list[Proposal] = []
    left_out: list[LeftOut] = []
    taken: set[str] = set()
    for found in facts.lists:
        first = Span(found.span.start, found.items[0].span.end)
        what = f"list of {len(found.items)}"
        if any(
            not item.title.start < item.title.end or item.span.end - item.span.start > _LONGEST
            for item in found.items
        ):
            left_out.append(LeftOut(what, first, "an item of it is empty or too long to be one"))
            continue
        owner = _owner(facts, found, named)
        if owner is None:
            left_out.append(LeftOut(what, first, "the release does not say whose items these are"))
        elif len(found.items) > _MOST:
            left_out.append(LeftOut(what, first, f"a list of more than {_MOST} items"))
        elif owner.agreement is None and meeting is not None and "agenda" not in meeting.members:
            _add_agenda(facts, meeting, found, owner)
        elif owner.agreement is not None and owner.agreement not in taken:
            taken.add(owner.agreement)
            proposals.extend(_items(facts, found, owner, known))
        else:
            left_out.append(LeftOut(what, first, "there is an earlier list of the same"))
    return proposals, left_out


def _owner(facts: Facts, found: ListFound, named: list[Named]) -> _Owner | None:
    mentions = sorted(
        ((mention.span, one.id) for one in named for mention in one.mentions),
        key=lambda pair: pair[0],
    )
    before = [pair for pair in mentions if pair[0].end <= found.span.start]
    if found.note is not None:
        for span, id_ in reversed(before):
            mark = _MARK_BEHIND.match(facts.matched.text[span.end : span.end + 80])
            if mark and mark["mark"] == found.note:
                reason = "the mark stands a few words behind its name" if mark["words"] else None
                return _Owner(id_, Span(span.start, span.end + mark.end()), reason)
    paragraph = facts.paragraph_of(found.span.start)
    intro = facts.matched.text[paragraph.start : found.span.start].strip(_BULLETS)
    if not intro and paragraph.start > 0:
        paragraph = Span(facts.paragraph_of(max(0, paragraph.start - 2)).start, paragraph.end)
    sentence = facts.sentences[facts.sentence_at(max(paragraph.start, found.span.start - 1))]
    if sentence.span.start >= found.span.start or not _said(facts, sentence.span.start, found):
        sentence = facts.sentences[max(0, facts.sentence_at(found.span.start) - 1)]
    near = [pair for pair in before if pair[0].start >= paragraph.start]
    close = [pair for pair in near if pair[0].start >= sentence.span.start]
    words = facts.matched.folded[
        facts.matched.at(max(paragraph.start, sentence.span.start)) : facts.matched.at(
            found.span.start
        )
    ]
    agenda = _AGENDA.search(words)
    if agenda and not (close and _ITEMS.search(words)):
        return _Owner(None, Span(max(paragraph.start, sentence.span.start), found.span.start), None)
    if close:
        return _Owner(
            close[-1][1],
            close[-1][0],
            None
            if _ITEMS.search(words) or found.note
            else "the list stands behind its name, but nothing says that it is its list",
            not (_ITEMS.search(words) or found.note),
        )
    if near:
        return _Owner(
            near[-1][1], near[-1][0], "it is the agreement named last before the list", unsure=True
        )
    return None


def _said(facts: Facts, start: int, found: ListFound) -> bool:
    return bool(facts.matched.text[start : found.span.start].strip(_BULLETS))


def _items(facts: Facts, found: ListFound, owner: _Owner, known: Known) -> list[Proposal]:
    proposals: list[Proposal] = []
    own = {
        item["number"]: id_
        for id_, item in known.all(FILE).items()
        if item["agreement"] == owner.agreement
    }
    for item in found.items:
        words = facts.words(item.title)
        language = language_at(words)
        id_ = own.get(item.number) or f"{owner.agreement}-{item.number}"
        members: Members = {
            "agreement": owner.agreement,
            "number": item.number,
            "title": {language: words},
        }
        proposal = Proposal(FILE, id_, members)
        whole = Span(item.span.start, item.title.end)
        proposal.support(whole, "/number", f"/title/{language}")
        proposal.support(owner.words, "/agreement")
        if item.lists:
            nested = _nested(item)
            members["description"] = {language: facts.quote(nested)}
            proposal.support(nested, f"/description/{language}")
        due = _due(facts, item)
        if due is not None:
            members["due"] = due.partial
            proposal.support(due.span, "/due")
        if owner.reason is not None:
            (proposal.unsure if owner.unsure else proposal.derived)(
                "/agreement", owner.reason, owner.words
            )
        if own and item.number not in own:
            proposal.unsure(
                "/number", f"the record has {len(own)} items of it, and none so numbered"
            )
        proposals.append(proposal)
    return proposals


def _due(facts: Facts, item: ItemFound) -> DateFound | None:
    """The one date, with its year, by which the item's own words say that it is due."""
    folded = facts.matched.folded
    first = facts.matched.at(item.title.start)
    due: list[DateFound] = []
    for one in between(facts.dates, item.title.start, item.title.end):
        at, end = facts.matched.at(one.span.start), facts.matched.at(one.span.end)
        before = folded[max(first, at - 24) : at]
        if _SPAN_BEFORE.search(before) or not one.weekday_fits:
            continue
        if _BY_BEFORE.search(before) or _BY_BEHIND.match(folded[end : end + 8]):
            due.append(one)
    return due[0] if len(due) == 1 and due[0].partial is not None else None


def _nested(item: ItemFound) -> Span:
    return Span(item.lists[0].span.start, item.lists[-1].span.end)


def _add_agenda(facts: Facts, meeting: Proposal, found: ListFound, owner: _Owner) -> None:
    agenda: list[Members] = []
    for index, item in enumerate(found.items):
        words = facts.words(item.title)
        one: Members = {"title": {language_at(words): words}}
        if item.lists:
            one["note"] = {language_at(words): facts.quote(_nested(item))}
        agenda.append(one)
        meeting.support(item.span, f"/agenda/{index}")
    meeting.members["agenda"] = agenda
    meeting.derived("/agenda", "the words before the list speak of what was discussed", owner.words)
