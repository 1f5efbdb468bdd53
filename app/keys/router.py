"""Routes of API keys, for administrators. No answer of theirs is kept anywhere."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query

from app.kernel.keys import ApiKey
from app.kernel.pages import PageQuery, keyset_page
from app.kernel.record_route import RecordRoute
from app.kernel.requests import Administering, LookingAfter
from app.kernel.routes import ADMIN_CREATE, ADMIN_LIST, ADMIN_READ, ADMIN_STEP
from app.kernel.transactions import Transaction
from app.keys.bounds import LONGEST_NAME, NAME_PATTERN
from app.keys.issuing import issue, key_named, looked_after_by, revoke, rotate
from app.keys.schemas import IssuedKey, KeyBody, KeyPage, KeyRecord, RotationBody

router = APIRouter(prefix="/v1/keys", tags=["keys"], route_class=RecordRoute)
log = structlog.get_logger("clearsky.keys")

NameInPath = Annotated[
    str,
    Path(
        alias="name",
        pattern=NAME_PATTERN,
        max_length=LONGEST_NAME,
        description="The key's name.",
    ),
]


@router.get("", operation_id="listKeys", responses=ADMIN_LIST)
def list_keys(tx: LookingAfter, query: Annotated[PageQuery, Query()]) -> KeyPage:
    """Keys by name, those that have ended too: of the administrator's party, if there is one."""
    rows, following = keyset_page(tx, looked_after_by(tx.principal), query, key=[ApiKey.name])
    return KeyPage.model_validate({"items": [row[0] for row in rows], "next": following})


@router.post("", operation_id="createKey", status_code=201, responses=ADMIN_CREATE)
def create_key(tx: Administering, body: KeyBody) -> IssuedKey:
    """Issues a key, and shows it: the only time that it is shown."""
    key = issue(tx.session, tx.principal, **dict(body))
    tx.headers["Location"] = f"/v1/keys/{body.name}"
    return _issued(tx, body.name, key, "key created")


@router.get("/{name}", operation_id="getKey", responses=ADMIN_READ)
def get_key(tx: LookingAfter, name: NameInPath) -> KeyRecord:
    """One key: all but the key itself."""
    return KeyRecord.model_validate(key_named(tx.session, tx.principal, name))


@router.post("/{name}/rotate", operation_id="rotateKey", responses=ADMIN_STEP)
def rotate_key(tx: Administering, name: NameInPath, body: RotationBody | None = None) -> IssuedKey:
    """Issues another key under the name, and shows it; the one before works on for a while."""
    key = rotate(tx.session, tx.principal, name, **dict(body or RotationBody()))
    return _issued(tx, name, key, "key rotated")


@router.post("/{name}/revoke", operation_id="revokeKey", responses=ADMIN_STEP)
def revoke_key(tx: Administering, name: NameInPath) -> KeyRecord:
    """Revokes a key and the one before it, at once and for good."""
    found = revoke(tx.session, tx.principal, name)
    log.info("key revoked", key=name, principal=tx.principal.name)
    return KeyRecord.model_validate(found)


def _issued(tx: Transaction, name: str, key: str, event: str) -> IssuedKey:
    found = tx.session.get_one(ApiKey, name)
    log.info(event, key=name, role=found.role, party=found.party, principal=tx.principal.name)
    return IssuedKey(key=key, **dict(KeyRecord.model_validate(found)))
