"""Who may have a key, and who may give it, rotate it and revoke it.

An administrator who is bound to a party looks after the keys of that party, any other after all.
"""

from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.directory.models import Organization, Party
from app.kernel.access import Principal, Role
from app.kernel.dates import utc_now
from app.kernel.keys import ApiKey, issue_key, rotate_key
from app.kernel.problems import Conflict, Forbidden, InvalidRequest, NotFound, invalid_field
from app.kernel.records import Record
from app.kernel.secrets import without_secrets


def looked_after_by(principal: Principal) -> Select[ApiKey]:
    """The keys that an administrator looks after."""
    every = select(ApiKey)
    return every if principal.party is None else every.where(ApiKey.party == principal.party)


def key_named(session: Session, principal: Principal, name: str) -> ApiKey:
    """A key that the administrator looks after. Raises NotFound."""
    found = session.scalars(looked_after_by(principal).where(ApiKey.name == name)).first()
    if found is None:
        raise NotFound(f"There is no key {name}.")
    return found


def issue(
    session: Session,
    principal: Principal,
    *,
    name: str,
    role: Role,
    party: str | None,
    organization: str | None,
    expires_in_days: int | None,
) -> str:
    """Adds the key `name` and returns it; without a party it is for the administrator's own.

    Raises Forbidden for another party, Conflict for a name that was taken before, InvalidRequest
    for a name that is a key, or a party or organization that is missing or not there.
    """
    party = party or principal.party
    if principal.party not in (None, party):
        detail = f"An administrator of {principal.party} issues keys for {principal.party} only."
        raise Forbidden(detail, errors=[invalid_field(("party",), "own_party", detail, party)])
    if without_secrets(name) != name:
        detail = "A key's name is shown everywhere; it is no key."
        raise _invalid("name", "secret", detail, name)
    if session.get(ApiKey, name) is not None:
        detail = f"There is a key {name} already, or was; take another name."
        raise Conflict(detail, errors=[invalid_field(("name",), "pk_api_key", detail, name)])
    if role in (Role.REPORTER, Role.EDITOR) and party is None:
        detail = f"A {role} speaks for a party; name it, such as KR."
        raise _invalid("party", "ck_api_key_writer_has_party", detail, None)
    if party is not None and session.get(Party, party) is None:
        raise _unknown(session, Party, party)
    if organization is not None:
        _require_own(session, party, organization)
    expires_at = None if expires_in_days is None else utc_now() + timedelta(days=expires_in_days)
    return issue_key(session, name, role, party, organization, expires_at=expires_at)


def rotate(
    session: Session,
    principal: Principal,
    name: str,
    *,
    overlap_hours: int,
    expires_in_days: int | None,
) -> str:
    """Puts a new key in the place of the key `name`, and returns it.

    The new one lasts as long as the one before was to, unless it is said. Raises NotFound, and
    Conflict for a key that was revoked.
    """
    found = _unrevoked(session, principal, name)
    lifetime = found.lifetime if expires_in_days is None else timedelta(days=expires_in_days)
    return rotate_key(
        session,
        found,
        overlap=timedelta(hours=overlap_hours),
        expires_at=None if lifetime is None else utc_now() + lifetime,
    )


def revoke(session: Session, principal: Principal, name: str) -> ApiKey:
    """Ends the key `name`, and the one before it, at once and for good.

    Raises NotFound, and Conflict for a key that was revoked before.
    """
    found = _unrevoked(session, principal, name)
    found.revoked_at = utc_now()
    session.flush()
    return found


def _unrevoked(session: Session, principal: Principal, name: str) -> ApiKey:
    found = key_named(session, principal, name)
    if found.revoked_at is not None:
        detail = f"The key {name} was revoked on {found.revoked_at:%Y-%m-%d}."
        raise Conflict(detail, errors=[invalid_field((), "revoked", detail, name)])
    return found


def _require_own(session: Session, party: str | None, organization: str) -> None:
    if party is None:
        detail = f"{organization} belongs to a party; name it too."
        raise _invalid("party", "organization_of_party", detail, None)
    found = session.get(Organization, organization)
    if found is None:
        raise _unknown(session, Organization, organization)
    if found.party != party:
        detail = f"{organization} is no organization of {party}."
        raise _invalid("organization", "organization_of_party", detail, organization)


def _unknown(session: Session, model: type[Record], record_id: str) -> InvalidRequest:
    kind = model.__tablename__
    known = ", ".join(session.scalars(select(model.id).order_by(model.id).limit(20)))
    detail = f"There is no {kind} {record_id}; there is {known or 'none'}."
    return _invalid(kind, "unknown_reference", detail, record_id)


def _invalid(field: str, rule: str, detail: str, value: str | None) -> InvalidRequest:
    return InvalidRequest(detail, errors=[invalid_field((field,), rule, detail, value)])
