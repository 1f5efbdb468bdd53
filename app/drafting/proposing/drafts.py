"""The draft of a release: every proposal beside the record, valid by the schema of its kind."""

from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from app.drafting.finding.matching import Span
from app.drafting.proposing.agreements import named_agreements
from app.drafting.proposing.choosing import Chosen, choose, mentions_of
from app.drafting.proposing.comparing import Compared, compare
from app.drafting.proposing.dialogues import FILE as DIALOGUES
from app.drafting.proposing.dialogues import propose_dialogue
from app.drafting.proposing.documents import propose_document
from app.drafting.proposing.facts import Facts, facts_of
from app.drafting.proposing.items import add_items
from app.drafting.proposing.known import Known
from app.drafting.proposing.meetings import propose_meeting
from app.drafting.proposing.other_meetings import not_proposed, other_meetings
from app.drafting.proposing.participants import add_participants, participants_of
from app.drafting.proposing.proposals import Certainty, LeftOut, Mark, Members, Proposal, citations
from app.drafting.proposing.years import calendar_of
from app.drafting.reading.files import Release
from app.exchange.kinds import KINDS
from app.kernel.compact import compact

_BODIES = {kind.file: kind.body for kind in KINDS}
_ORDER = {kind.file: position for position, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Drafted:
    """One record of a draft: what is proposed, what the record has, what is to be loaded."""

    proposal: Proposal
    compared: Compared
    load: Members | None

    @property
    def standing(self) -> list[Mark]:
        """The unsure marks on what is to be loaded."""
        if self.load is None:
            return []
        return [
            replace(mark, pointer=self.compared.place(mark.pointer))
            for mark in self.proposal.marks
            if mark.certainty is Certainty.UNSURE and self.compared.adds(mark.pointer)
        ]


@dataclass(frozen=True, slots=True)
class Draft:
    """A release, the records that it proposes, and what it names besides."""

    facts: Facts
    known: Known
    document: str
    records: list[Drafted]
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def release(self) -> Release:
        """The file that was read."""
        return self.facts.release

    @property
    def unsure(self) -> list[tuple[Drafted, Mark]]:
        """Every mark that a person has to look at before the draft is loaded."""
        return [(record, mark) for record in self.records for mark in record.standing]


def draft_of(release: Release, known: Known) -> Draft:
    """What `release` says, as records beside those that `known` has."""
    facts = facts_of(release, known)
    calendar = calendar_of(facts.issue, facts.dates, facts.periods)
    document = propose_document(facts, known)
    proposals: list[Proposal] = [document]
    left_out: list[LeftOut] = []

    mentions = mentions_of(facts, known)
    chosen = choose(facts, mentions)
    meeting: Proposal | None = None
    dialogue: str | None = None
    if chosen is not None:
        dialogue, parties = _dialogue(facts, chosen, known, proposals)
        meeting = propose_meeting(facts, chosen, dialogue, known, calendar)
        people, unattached = add_participants(
            facts, meeting, chosen, participants_of(facts, known), parties, known
        )
        others = other_meetings(facts, mentions, chosen.mention, chosen.ordinal, calendar, known)
        proposals += [meeting, *people, *others]
        left_out += not_proposed(facts, mentions, chosen.mention.resolved.key, [meeting, *others])
        left_out += unattached
    named, unnamed = named_agreements(facts, known, calendar)
    items, lists = add_items(facts, named, meeting, known)
    proposals += [one.proposal for one in named if one.proposal is not None]
    proposals += items
    left_out += [*unnamed, *lists]

    records: list[Drafted] = []
    for proposal in proposals:
        drafted = _drafted(facts, proposal, document.id, known)
        if isinstance(drafted, LeftOut):
            left_out.append(drafted)
        else:
            records.append(drafted)
    records.sort(key=lambda one: _ORDER[one.proposal.file])
    left_out.sort(key=lambda one: one.words)
    return Draft(facts, known, document.id, records, left_out)


def _dialogue(
    facts: Facts, chosen: Chosen, known: Known, proposals: list[Proposal]
) -> tuple[str, list[str]]:
    id_ = chosen.mention.resolved.id
    if id_ is not None:
        return id_, list(known.all(DIALOGUES)[id_]["parties"])
    proposal = propose_dialogue(facts, chosen.mention.dialogue)
    proposals.append(proposal)
    return proposal.id, list(proposal.members["parties"])


def _drafted(facts: Facts, proposal: Proposal, document: str, known: Known) -> Drafted | LeftOut:
    compared = compare(proposal, known.get(proposal.file, proposal.id))
    if compared.members is None:
        return Drafted(proposal, compared, None)
    members: dict[str, Any] = dict(compared.members)
    if proposal.id != document:
        evidence = [
            (compared.place(pointer), span)
            for pointer, span in proposal.evidence
            if compared.adds(pointer)
        ]
        own = citations(evidence, document, facts.release.source)
        members["citations"] = [*members.get("citations", []), *own]
    try:
        body = _BODIES[proposal.file].model_validate(members)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"]))
        words = proposal.evidence[0][1] if proposal.evidence else Span(0, 0)
        return LeftOut(f"{proposal.file} {proposal.id}", words, f"/{where}: {first['msg']}")
    return Drafted(proposal, compared, compact(body))
