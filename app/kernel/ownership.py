"""Who may write a record: its owners, by one rule a kind, asked in one place for every write.

The operator, who is a party to nothing, may write every record.
"""

from collections.abc import Callable, Collection, Iterable
from typing import TypeAlias

from pydantic import BaseModel
from sqlalchemy import false, inspect, select
from sqlalchemy.orm import Session

from app.kernel.access import Principal
from app.kernel.journal import Change, Operation, Revision
from app.kernel.owner_rules import EnteredBy, NamedParties, OwnersOf
from app.kernel.problems import Forbidden, ProblemError, invalid_credentials, invalid_field
from app.kernel.recording import recorder
from app.kernel.records import Record, parts_of, record_classes
from app.kernel.references import Reference, references_in

Owners: TypeAlias = frozenset[str]
# The owners of the record of this kind and id; None where the caller sees no such record.
OwnersById: TypeAlias = Callable[[str, str], Owners | None]
NOBODY: Owners = frozenset()


def require_owner(session: Session, record: Record) -> None:
    """Allows the session's caller to write a record that is there, if it is one of its owners.

    Raises Forbidden. Call it before anything of the record is looked at or changed.
    """
    principal: Principal = session.info["principal"]
    if not principal.is_operator:
        owners = owners_of(session, record)
        if principal.party not in owners:
            raise not_owner(principal, type(record), record.id, owners)
    recorder(session).allow(record)


def require_owner_of_new(session: Session, model: type[Record], body: BaseModel) -> None:
    """Holds a new record to be the session's caller's own: one that it is an owner of.

    Where the record that it belongs to is not there for the caller, the reference is refused
    instead, by require_references(). Raises Forbidden.
    """
    principal: Principal = session.info["principal"]
    refusal = refusal_of_new(principal, model, body, _asked(session))
    if refusal is not None:
        raise Forbidden(refusal.detail, errors=[refusal])


def require_owner_of_references(session: Session, body: BaseModel) -> None:
    """Holds a body to refer to agreements and items of its caller's own. Raises Forbidden."""
    principal: Principal = session.info["principal"]
    refusal = refusal_of_references(principal, body, _asked(session))
    if refusal is not None:
        raise Forbidden(refusal.detail, errors=[refusal])


def require_owner_of_changed(session: Session, record: Record, body: BaseModel) -> None:
    """Holds a record, as a body would make it, to its owners: the caller is one afterwards too.

    Whom a record names as its owners is changed by the operator alone. Raises Forbidden.
    """
    principal: Principal = session.info["principal"]
    refusal = refusal_of_changed(principal, record, body, _asked(session))
    if refusal is not None:
        raise Forbidden(refusal.detail, errors=[refusal])


def refusal_of_new(
    principal: Principal, model: type[Record], body: BaseModel, owners_by_id: OwnersById
) -> ProblemError | None:
    """Why `principal` may not add the record that `body` makes; None where it may."""
    if principal.is_operator or isinstance(model.owned_by, EnteredBy):
        return None
    owners = owners_named(model, body, owners_by_id)
    if owners is not None and principal.party not in owners:
        return _not_owner_of_new(principal, model, body, owners)
    return _refusal_of_holder(principal, model, body, owners_by_id) or refusal_of_references(
        principal, body, owners_by_id
    )


def refusal_of_changed(
    principal: Principal, record: Record, body: BaseModel, owners_by_id: OwnersById
) -> ProblemError | None:
    """Why `principal`, an owner, may not make of a record what `body` says; None where it may."""
    model = type(record)
    rule = model.owned_by
    if principal.is_operator or isinstance(rule, EnteredBy):
        return None
    if isinstance(rule, NamedParties):
        before = getattr(record, rule.attribute)
        value = getattr(body, rule.attribute, before)
        if _parties(value) != _parties(before):
            detail = (
                f"`{rule.attribute}` says whose the {model.human_name()} is, and is changed by "
                "the operator alone."
            )
            return invalid_field((rule.attribute,), "changed_by_operator", detail, value)
    return _refusal_of_move(principal, record, body, owners_by_id) or refusal_of_references(
        principal, body, owners_by_id, besides=record
    )


def refusal_of_references(
    principal: Principal,
    body: BaseModel,
    owners_by_id: OwnersById,
    *,
    besides: Record | None = None,
) -> ProblemError | None:
    """Why `principal` may not refer to the agreements and action items that a body names.

    What refers to a record shows beside it (as its successor, what it became, what a meeting
    decided of it) and keeps it from being deleted: its owners alone say that, and likewise what
    organization is above or after another. What `besides` refers to already may stay.
    """
    if principal.is_operator:
        return None
    known = (
        set[tuple[str, str]]()
        if besides is None
        else _spoken_of(type(body).model_validate(besides, from_attributes=True))
    )
    for reference in references_in(body):
        if not is_spoken_of(reference) or (reference.kind, reference.id) in known:
            continue
        owners = owners_by_id(reference.kind, reference.id)
        if owners is not None and principal.party not in owners:
            model = record_classes()[reference.kind]
            detail = refusal_of_write(principal, model, reference.id, owners).detail
            return invalid_field(reference.path, "owner", detail, reference.id)
    return None


def is_spoken_of(reference: Reference) -> bool:
    """Whether who makes a reference must own what it refers to."""
    return reference.kind in ("agreement", "action_item") or reference.path in (
        ("parent",),
        ("succeeded_by",),
    )


def _spoken_of(body: BaseModel) -> set[tuple[str, str]]:
    return {(each.kind, each.id) for each in references_in(body) if is_spoken_of(each)}


def _refusal_of_move(
    principal: Principal, record: Record, body: BaseModel, owners_by_id: OwnersById
) -> ProblemError | None:
    """Why `principal` may not have a record belong where a body says; None where it may.

    It must own what the record would belong to, and nobody may lose the record by it.
    """
    model = type(record)
    for attribute, kind in _belongs_by(model):
        before = getattr(record, attribute)
        after = getattr(body, attribute, before)
        # The body of a draft names neither its party nor its item: these stay.
        if after == before:
            continue
        owners = NOBODY if after is None else owners_by_id(kind, after)
        if owners is None or (after is None and isinstance(model.owned_by, NamedParties)):
            continue
        if principal.party not in owners:
            return _not_owner_of_new(principal, model, body, owners, attribute)
        lost = (NOBODY if before is None else owners_by_id(kind, before) or NOBODY) - owners
        if isinstance(model.owned_by, NamedParties):
            # Its owners stay; those of them that would no longer have it with theirs lose it.
            lost &= owners_named(model, record, owners_by_id) or NOBODY
        if lost:
            detail = (
                f"{_listed(lost)} would lose the {model.human_name()}; so it is moved by the "
                "operator alone."
            )
            return invalid_field((attribute,), "changed_by_operator", detail, after)
    return None


def _belongs_by(model: type[Record]) -> list[tuple[str, str]]:
    """By which attribute a record belongs to a record of which kind, where that has owners."""
    rule = model.owned_by
    if isinstance(rule, OwnersOf):
        return [(rule.attribute, rule.kind)]
    kind = model.kind_of_holder()
    if kind is None or model.held_by is None or not is_owned_by_naming(kind):
        return []
    return [(model.held_by, kind)]


def is_owned_by_naming(kind: str) -> bool:
    """Whether records of a kind name their owners themselves."""
    return isinstance(record_classes()[kind].owned_by, NamedParties)


def owners_of(session: Session, record: Record) -> Owners:
    """The parties that own a record as it stands; none where it is the operator's alone."""
    model = type(record)
    if isinstance(model.owned_by, EnteredBy):
        return entered_by(session, model, [record.id]).get(record.id, NOBODY)
    return owners_named(model, record, _asked(session)) or NOBODY


def owners_by_ids(session: Session, model: type[Record], ids: Collection[str]) -> dict[str, Owners]:
    """The owners of those of the records that the session's caller sees, where they name them."""
    rule = model.owned_by
    if isinstance(rule, OwnersOf):
        named = select(model.id, getattr(model, rule.attribute)).where(model.id.in_(ids))
        belonging = session.execute(named).all()
        above = {holder for _, holder in belonging if holder is not None}
        owners = owners_by_ids(session, record_classes()[rule.kind], above)
        return {id_: owners.get(holder, NOBODY) for id_, holder in belonging}
    if not isinstance(rule, NamedParties):
        raise TypeError(f"a {model.human_name()} does not name its owners")
    found: dict[str, Owners] = {}
    if rule.part is None:
        rows = session.execute(
            select(model.id, getattr(model, rule.attribute)).where(model.id.in_(ids))
        )
    else:
        part = parts_of(model)[rule.part]
        owner = inspect(part).relationships["owner"]
        rows = session.execute(
            select(model.id, part.party)  # type: ignore[attr-defined]
            .outerjoin(part, owner.primaryjoin)
            .where(model.id.in_(ids))
        )
    for id_, party in rows:
        found[id_] = found.get(id_, NOBODY) | _parties(party)
    return found


def entered_by(session: Session, model: type[Record], ids: Collection[str]) -> dict[str, Owners]:
    """By whom records were entered: the party of the revision that created each, if it had one.

    The chain covers that party, so nobody can make a record another's. It is asked past what the
    caller may see, since a record may have been hidden when it was entered.
    """
    rows = session.connection().execute(
        select(Change.record_id, Revision.party)
        .join(Revision, Revision.number == Change.revision)
        .where(
            Change.kind == model.__tablename__,
            Change.record_id.in_(ids),
            Change.operation == Operation.CREATE,
            Change.removal.is_(false()),
        )
    )
    return {id_: _parties(party) for id_, party in rows}


def not_owner(
    principal: Principal, model: type[Record], record_id: str, owners: Owners
) -> Forbidden:
    """The refusal of a write on a record that is somebody else's."""
    error = refusal_of_write(principal, model, record_id, owners)
    return Forbidden(error.detail, errors=[error])


def refusal_of_write(
    principal: Principal, model: type[Record], record_id: str, owners: Owners
) -> ProblemError:
    """Why `principal` may not write a record that has other owners."""
    whose = f"is {_listed(owners)}'s" if owners else "is no party's"
    only = _listed(owners) if owners else "the operator"
    detail = f"The {model.human_name()} {record_id} {whose}; only {only} can change it."
    return invalid_credentials("owner", detail, principal.party or principal.name)


def _not_owner_of_new(
    principal: Principal,
    model: type[Record],
    body: BaseModel,
    owners: Owners,
    attribute: str | None = None,
) -> ProblemError:
    named = attribute or _field(model)
    if owners:
        detail = f"This {model.human_name()} would be {_listed(owners)}'s; only they can write it."
    else:
        detail = (
            f"By `{named}` this {model.human_name()} names no party, and would be the operator's "
            "alone: name one of your own."
        )
    if named is None:
        return invalid_credentials("owner", detail, principal.party or principal.name)
    return invalid_field((named,), "owner", detail, getattr(body, named, None))


def _refusal_of_holder(
    principal: Principal, model: type[Record], body: BaseModel, owners_by_id: OwnersById
) -> ProblemError | None:
    """Why `principal` may not put a record with the one that holds it: that is others' alone."""
    kind, attribute = model.kind_of_holder(), model.held_by
    if kind is None or attribute is None or not isinstance(model.owned_by, NamedParties):
        return None
    holder = getattr(body, attribute)
    if holder is None or not is_owned_by_naming(kind):
        return None
    owners = owners_by_id(kind, holder)
    if owners is None or principal.party in owners:
        return None
    detail = f"The {kind} {holder} is {_listed(owners)}'s; only they can put anything with it."
    return invalid_field((attribute,), "owner", detail, holder)


def owners_named(
    model: type[Record], said: Record | BaseModel, owners_by_id: OwnersById
) -> Owners | None:
    """The owners that a record or body names; None where what names them is not there."""
    rule = model.owned_by
    if isinstance(rule, NamedParties):
        return _parties(getattr(said, rule.attribute, None))
    if isinstance(rule, OwnersOf):
        referred = getattr(said, rule.attribute, None)
        return NOBODY if referred is None else owners_by_id(rule.kind, referred)
    return NOBODY


def _asked(session: Session) -> OwnersById:
    # Nobody but the operator, who is never asked, changes whose a record is meanwhile.
    known = recorder(session).owners

    def ask(kind: str, record_id: str) -> Owners | None:
        if (kind, record_id) not in known:
            found = owners_by_ids(session, record_classes()[kind], [record_id])
            known.update({(kind, id_): owners for id_, owners in found.items()})
        return known.get((kind, record_id))

    return ask


def _parties(named: str | Iterable[str] | None) -> Owners:
    if named is None:
        return NOBODY
    return frozenset([named] if isinstance(named, str) else named)


def _field(model: type[Record]) -> str | None:
    rule = model.owned_by
    return rule.attribute if isinstance(rule, NamedParties | OwnersOf) else None


def _listed(owners: Owners) -> str:
    return " and ".join(sorted(owners))
