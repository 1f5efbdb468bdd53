"""Who calls, and whether they may report."""

import hashlib

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from benchmarks.peers.drf.models import ApiKey


class KeyAuthentication(BaseAuthentication):
    """A key, as `Authorization: Bearer KEY`; the key is the request's user."""

    def authenticate(self, request: Request) -> tuple[ApiKey, None] | None:
        """The key. Raises AuthenticationFailed for one that is unknown or revoked."""
        scheme, _, given = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        key_hash = hashlib.sha256(given).hexdigest()
        key = ApiKey.objects.filter(key_hash=key_hash, revoked_at=None).first()
        if key is None:
            raise AuthenticationFailed("The key is unknown or revoked.")
        return key, None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """What a caller without a key is asked for."""
        return "Bearer"


class MayReport(BasePermission):
    """Holds callers to a key of a party, in the role of a reporter or above."""

    message = "This key may not report."

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Whether the key may."""
        key = request.user
        return key is not None and key.role != "reader" and key.party is not None
