"""From what a token claims of its subject to a principal here: roles, parties, organizations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.kernel.access import Principal, Role

_LONGEST_SUBJECT = 255


class UnfitClaimsError(ValueError):
    """What a token claims makes nobody that may call here; the message says why."""


@dataclass(frozen=True, slots=True)
class ClaimsMapping:
    """Which claims say a caller's role, party and organization, and what their values mean here.

    A claim is named, or is the way to it through objects, such as `realm_access.roles`. Without
    meanings, a value means itself.
    """

    role_claim: str
    party_claim: str
    organization_claim: str
    roles: Mapping[str, str]
    parties: Mapping[str, str]
    organizations: Mapping[str, str]


def principal_of(claims: Mapping[str, Any], mapping: ClaimsMapping) -> Principal:
    """Whom a verified token speaks for. Raises UnfitClaimsError.

    Of several roles the highest counts; of parties and organizations there can be one each. All
    but readers have a party.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= _LONGEST_SUBJECT:
        raise UnfitClaimsError("its claim sub is no name")
    if not subject.isprintable() or not subject.strip():
        raise UnfitClaimsError("its claim sub is no name")
    role = _role(_meant(claims, mapping.role_claim, mapping.roles))
    if role is None:
        raise UnfitClaimsError(f"its claim {mapping.role_claim} gives no role here")
    party = _only(_meant(claims, mapping.party_claim, mapping.parties), mapping.party_claim)
    organization = _only(
        _meant(claims, mapping.organization_claim, mapping.organizations),
        mapping.organization_claim,
    )
    # An administrator of no party looks after the keys of all: nobody becomes one by a claim that
    # is left out, or that has no meaning here.
    if party is None and (role is not Role.READER or organization is not None):
        raise UnfitClaimsError(f"its claim {mapping.party_claim} names no party")
    return Principal(name=f"oidc:{subject}", role=role, party=party, organization=organization)


def _meant(claims: Mapping[str, Any], name: str, meanings: Mapping[str, str]) -> set[str]:
    values = _texts(_claim(claims, name))
    return {meanings[value] for value in values if value in meanings} if meanings else set(values)


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _role(values: set[str]) -> Role | None:
    """The highest role that is among the values."""
    return next((role for role in reversed(Role) if role.value in values), None)


def _only(values: set[str], name: str) -> str | None:
    if len(values) > 1:
        raise UnfitClaimsError(f"its claim {name} names more than one")
    if not all(value.isprintable() for value in values):
        # NUL, or half a character: no database can be asked for it.
        raise UnfitClaimsError(f"its claim {name} is no name")
    return next(iter(values), None)
