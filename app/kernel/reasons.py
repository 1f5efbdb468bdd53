"""Why something is written: what the journal can keep of it, for all who see the revision."""

from typing import NamedTuple

from app.kernel.secrets import without_secrets


class ReasonFault(NamedTuple):
    """The rule that a reason breaks, and the rule in words, to follow its name."""

    rule: str
    words: str


def fault_in_reason(reason: str) -> ReasonFault | None:
    """What is wrong with a reason; None where it is text to read, and holds no key or token."""
    if not reason.strip() or not reason.isprintable():
        return ReasonFault("text", "is no printable text")
    if without_secrets(reason) != reason:
        return ReasonFault("secret", "is kept in the journal; it must hold no key and no token")
    return None
