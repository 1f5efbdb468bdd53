"""Agreements that a release names: those of the record, and new ones between known parties."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from app.drafting.finding.agreements import AgreementFound, kind_of
from app.drafting.finding.issuing import language_at
from app.drafting.finding.matching import Matched, Span, between
from app.drafting.finding.names import comparable
from app.drafting.finding.ordinals import OrdinalFound, ordinals_in
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known
from app.drafting.proposing.proposals import LeftOut, Proposal
from app.drafting.proposing.years import Calendar, dated
from app.kernel.text import slug_of

FILE = "agreements.json"
_SIGNED_BEHIND = re.compile(
    r"^['\"*]{0,3}(?:,['\"]?)? ?(?:\([^()\n]{0,20}\))?(?: ?(?:which|that) (?:was"
    r"|were))?(?: jointly)? signed\b"
    r"|^['\"*]{0,3}(?:을|를|에) ?(?:서명|체결)(?!할|하기로)",
    re.I,
)
_SIGNED_BEFORE = re.compile(
    r"(?:\b(?<!will )(?<!to )signed (?:the |a |an )?|서명한 |서명된 |체결한 |签署的|签署了"
    r"|签署)['\"]{0,2}(?:제\d{1,2}차 ?|第.{1,3}次)?['\"]{0,2}$",
    re.I,
)


_ON_BEHIND = re.compile(r"^['\"]{0,2},?['\"]? (?:on|in) (?:[A-Z][a-z]+day, )?")


@dataclass(slots=True)
class Named:
    """An agreement as a release names it, with all its mentions; `id` may be a new one."""

    id: str
    mentions: list[AgreementFound] = field(default_factory=list)
    known: bool = False
    proposal: Proposal | None = None


def named_agreements(
    facts: Facts, known: Known, calendar: Calendar
) -> tuple[list[Named], list[LeftOut]]:
    """The agreements named, in the order of the text, and names that are not enough for one."""
    named: dict[str, Named] = {}
    left_out: dict[str, LeftOut] = {}
    for found in facts.agreements:
        id_ = _known_id(facts, found, known)
        if id_ is not None:
            one = named.setdefault(id_, Named(id_, known=True))
            one.mentions.append(found)
            continue
        reason = _why_not(found, known)
        words = facts.words(found.span)
        if reason is not None:
            left_out.setdefault(
                comparable(words), LeftOut(f"agreement {words}", found.span, reason)
            )
            continue
        id_ = _new_id(facts, found, known)
        named.setdefault(id_, Named(id_)).mentions.append(found)
    for one in named.values():
        _propose(facts, one, known, calendar)
    return list(named.values()), list(left_out.values())


def _why_not(found: AgreementFound, known: Known) -> str | None:
    if found.series is None and len(found.parties) < 2:
        return "the release does not say between whom it is"
    if found.series is not None and found.starts is None and found.ordinal is None:
        return "the release does not say which of the series it is"
    if _kind(found, known) is None:
        return "its name does not say which kind of agreement it is"
    return None


def _known_id(facts: Facts, found: AgreementFound, known: Known) -> str | None:
    wanted = comparable(facts.words(found.span))
    for id_ in known.series.get(found.series or "", []):
        record = known.all(FILE)[id_]
        texts = list(
            chain.from_iterable(
                name.values() for name in (record["name"], *record.get("aliases", []))
            )
        )
        if found.starts is not None and found.ends is not None:
            if all(
                str(record.get(name, ""))[:4] == str(date.year)
                for name, date in (("starts", found.starts), ("ends", found.ends))
            ):
                return id_
        elif found.ordinal is not None:
            if any(ordinal.value == found.ordinal for ordinal in _ordinals(texts)):
                return id_
        elif any(comparable(text) == wanted for text in texts):
            return id_
    return None


def _ordinals(texts: list[str]) -> Iterator[OrdinalFound]:
    for text in texts:
        yield from ordinals_in(Matched(text))


def _new_id(facts: Facts, found: AgreementFound, known: Known) -> str:
    year = found.starts.year if found.starts is not None else None
    for id_ in known.series.get(found.series or "", []):
        match = re.fullmatch(r"(.+)-\d{4}", id_)
        if match and year is not None:
            return f"{match.group(1)}-{year}"
    name = slug_of({"en": facts.quote(found.name)}) or "agreement"
    number = year or found.ordinal
    return f"{name[:100]}-{number}" if number else name[:100]


def _kind(found: AgreementFound, known: Known) -> str | None:
    one_year = found.starts is not None and found.starts == found.ends
    siblings = [known.all(FILE)[id_]["kind"] for id_ in known.series.get(found.series or "", [])]
    if found.series is not None and one_year and "annual_plan" in siblings:
        return "annual_plan"
    if found.kind is not None:
        return found.kind
    kinds = set(siblings) - {"annual_plan"}
    return kinds.pop() if len(kinds) == 1 else None


def _propose(facts: Facts, named: Named, known: Known, calendar: Calendar) -> None:
    first = next((one for one in named.mentions if one.starts), named.mentions[0])
    proposal = Proposal(FILE, named.id, {})
    members = proposal.members
    before = known.get(FILE, named.id)
    kind = _kind(first, known)
    if before is None:
        members["kind"] = kind
        proposal.support(first.span, "/kind")
        if first.kind != kind:
            proposal.derived("/kind", "as those of its series that the record has", first.span)
    if before is None or first.starts is not None or first.ordinal is not None:
        words = facts.words(first.span)
        members["name"] = {language_at(words): _closed(words)}
        proposal.support(first.span, f"/name/{language_at(words)}")
    if before is None:
        members["parties"] = sorted(first.parties) or _series_parties(first, known)
        proposal.support(first.span, "/parties")
        if not first.parties:
            proposal.derived("/parties", "those of its series in the record", first.span)
        if kind_of(words) is None and first.series is None:
            proposal.unsure("/kind", "its name does not say it", first.span)
    _signed(facts, named, proposal, calendar)
    for name, date in (("starts", first.starts), ("ends", first.ends)):
        if date is not None:
            made = dated(date, calendar, ahead=None)
            if made.partial is not None:
                members[name] = made.partial
                proposal.support(first.span, f"/{name}")
    order = ("kind", "name", "parties", "status", "signed", "starts", "ends")
    proposal.members = {name: members[name] for name in order if name in members}
    # An agreement of the record of which the release says nothing is only referred to.
    named.proposal = proposal if proposal.members else None


def _closed(words: str) -> str:
    # A quotation mark that only opens or only closes inside the words of a name.
    for opening, closing in (
        ("“", "”"),
        ("‘", "’"),
        ("「", "」"),
        ("《", "》"),
        ('"', '"'),
        ("'", "'"),
    ):
        single = opening == closing and words.count(opening) == 1
        if single or (words.count(opening) != words.count(closing) and opening != closing):
            words = words.replace(opening, "").replace(closing, "")
    return words.strip()


def _series_parties(found: AgreementFound, known: Known) -> list[str]:
    parties = {
        party
        for id_ in known.series.get(found.series or "", [])
        for party in known.all(FILE)[id_]["parties"]
    }
    return sorted(parties)


def _signed(facts: Facts, named: Named, proposal: Proposal, calendar: Calendar) -> None:
    folded = facts.matched.folded
    for found in named.mentions:
        sentence = facts.sentences[facts.sentence_at(found.span.start)].span
        start, end = facts.matched.at(found.span.start), facts.matched.at(found.span.end)
        behind = _SIGNED_BEHIND.match(folded[end : end + 60])
        before = _SIGNED_BEFORE.search(folded[max(0, start - 30) : start])
        if behind is None and before is None:
            continue
        if behind is not None:
            words = Span(found.span.start, facts.matched.span(end, end + behind.end()).end)
            near = between(facts.dates, words.end, min(words.end + 100, sentence.end))
        else:
            words = Span(facts.matched.span(max(0, start - 12), start).start, found.span.end)
            near = between(
                facts.dates, max(sentence.start, found.span.start - 40), found.span.start
            )
            near = [one for one in near if not one.span.within(found.span)]
            on = _ON_BEHIND.match(folded[end : end + 40])
            if on is not None:
                place = facts.matched.span(end + on.end(), end + on.end() + 1).start
                near = between(facts.dates, place, place + 1) or near
        proposal.members["status"] = "signed"
        proposal.support(words, "/status")
        if near:
            made = dated(near[0], calendar, ahead=False)
            whole = Span(min(words.start, near[0].span.start), max(words.end, near[0].span.end))
            if made.partial is not None:
                proposal.members["signed"] = made.partial
                proposal.support(whole, "/signed")
            if made.reason is not None:
                (proposal.unsure if made.unsure else proposal.derived)(
                    "/signed", made.reason, near[0].span
                )
        return
