"""Pages: `limit`, `cursor` and `next`."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination, Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.peers.drf.models import Change, JournalHead

SORTS = ("id", "-id")


class ByIdPagination(CursorPagination):
    """Pages of a list in the order of ids, as `sort` says; the cursor is the last page's last id.

    Ids are unique, so that a cursor needs no offset, and nobody pages backwards.
    """

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"

    def get_ordering(
        self,
        request: Request,
        queryset: QuerySet[Any],  # noqa: ARG002
        view: APIView,  # noqa: ARG002
    ) -> tuple[str]:
        """The order that is asked for."""
        sort = request.query_params.get("sort", "id")
        if sort not in SORTS:
            raise ValidationError({"sort": f"It is one of {', '.join(SORTS)}."})
        return (sort,)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The place after which the page begins."""
        after = request.query_params.get(self.cursor_query_param)
        return None if after is None else Cursor(offset=0, reverse=False, position=after)

    def encode_cursor(self, cursor: Cursor) -> str:
        """The cursor alone, where the base class makes a link of it."""
        return cursor.position

    def get_paginated_response(self, data: list[Any]) -> Response:
        """The page, with the cursor of the next."""
        return Response({"items": data, "next": self.get_next_link()})


class FeedPagination(BasePagination):
    """Pages of the changes after `since`, by their composite primary key.

    CursorPagination would keep the place in a large revision as an offset.
    """

    page_size = 50
    max_page_size = 200

    def paginate_queryset(
        self,
        queryset: QuerySet[Change],
        request: Request,
        view: APIView | None = None,  # noqa: ARG002
    ) -> list[Change]:
        """The changes of the page that is asked for."""
        asked = request.query_params
        try:
            limit = min(int(asked.get("limit", self.page_size)), self.max_page_size)
            if "cursor" in asked:
                revision, sequence = map(int, asked["cursor"].split("."))
                later = queryset.filter(pk__gt=(revision, sequence))
            else:
                later = queryset.filter(revision_id__gt=int(asked.get("since", 0)))
        except ValueError:
            raise ValidationError("No such page.") from None
        found = list(later.order_by("revision_id", "sequence")[: limit + 1])
        page = found[:limit]
        self.next = f"{page[-1].revision_id}.{page[-1].sequence}" if len(found) > limit else None
        self.revision = JournalHead.objects.using(queryset.db).get(pk=1).number
        return page

    def get_paginated_response(self, data: list[Any]) -> Response:
        """The page, with the cursor of the next and the newest revision."""
        return Response({"items": data, "next": self.next, "revision": self.revision})
