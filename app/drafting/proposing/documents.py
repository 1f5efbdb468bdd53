"""The document that a release is."""

from app.drafting.finding.names import comparable
from app.drafting.proposing.facts import Facts
from app.drafting.proposing.known import Known
from app.drafting.proposing.proposals import Proposal
from app.kernel.text import slug_of

FILE = "documents.json"


def propose_document(facts: Facts, known: Known) -> Proposal:
    """The release as a document: its title, language, day of issue and file."""
    release = facts.release
    file = {
        "media_type": release.media_type,
        "bytes": release.bytes,
        "sha256": release.sha256,
    }
    title = None if facts.title is None else facts.words(facts.title)
    proposal = Proposal(FILE, _id_of(facts, known, title), {"kind": "press_release"})
    members = proposal.members
    if title is not None and facts.title is not None and facts.language is not None:
        members["title"] = {facts.language: title}
        proposal.support(facts.title, f"/title/{facts.language}")
        if title.endswith((".", "。")):
            proposal.unsure(
                f"/title/{facts.language}", "it reads as words of the text", facts.title
            )
    else:
        members["identifier"] = release.name
    if facts.language is not None:
        members["language"] = facts.language
    else:
        proposal.unsure(
            "/language", "it is in none of English, Korean and Chinese, or in all alike"
        )
    _issued(proposal, facts)
    members["file"] = file
    return proposal


def _issued(proposal: Proposal, facts: Facts) -> None:
    if facts.issue is None:
        proposal.derived("/issued", "neither the text nor the file's name says when it was issued")
        return
    proposal.members["issued"] = facts.issue.date.partial
    if facts.issue.span is not None:
        proposal.support(facts.issue.span, "/issued")
        return
    day = facts.issue.date
    same = next(
        (one.span for one in facts.dates if (one.month, one.day) == (day.month, day.day)), None
    )
    if same is not None:
        proposal.derived("/issued", "of the file's name; the text has its month and day", same)
    else:
        proposal.unsure("/issued", "only the file's name says it")


def _id_of(facts: Facts, known: Known, title: str | None) -> str:
    # The same file or the same title is the same release, whatever the file is called here.
    for id_, document in known.all(FILE).items():
        if document.get("file", {}).get("sha256") == facts.release.sha256:
            return id_
        own = document.get("title", {}).get(facts.language or "", "")
        if title and own and comparable(own) == comparable(title):
            return id_
    id_ = slug_of({"en": facts.release.name.rpartition(".")[0]}) or "press-release"
    taken = known.get(FILE, id_)
    if taken is not None:
        return f"{id_[:100]}-{facts.release.sha256[:8]}"
    return id_
