"""Principals: who calls, in which role, for which party."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a principal may do; each role may do what those before it may."""

    READER = "reader"
    REPORTER = "reporter"
    EDITOR = "editor"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether a principal in this role may do what `needed` may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


class Visibility(StrEnum):
    """Who may see a record."""

    PUBLIC = "public"
    PARTIES = "parties"
    PARTY = "party"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request or a command speaks for.

    `name` stands in the journal; `role` is None for an anonymous caller; `party` and
    `organization` are the ids that a reporter's statements are made for. `sees_all` is for those
    who have the database in their hands anyway.
    """

    name: str
    role: Role | None
    party: str | None = None
    organization: str | None = None
    sees_all: bool = False

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody has said who this is."""
        return self.role is None

    @property
    def is_operator(self) -> bool:
        """Whether this is the operator: an administrator of no party, or who has the database."""
        return self.sees_all or (self.role is Role.ADMIN and self.party is None)


ANONYMOUS = Principal(name="anonymous", role=None)
OPERATOR = Principal(name="operator", role=Role.ADMIN, sees_all=True)
