"""Which format of a list a request asks for: by `format`, or else by Accept."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.types import Scope

from app.kernel.problems import InvalidRequest, ProblemError, shown
from app.kernel.tabular.formats import Format, preferred

PARAMETER = "format"
# In the scope of a request for a list: the format that it is asked in.
FORMAT = "clearsky.format"
_NAMES = frozenset(wanted.value for wanted in Format)
# What asks for a page, where a table has the whole list.
_OF_A_PAGE = ("cursor", "limit")


def format_accepted(scope: Scope) -> Format:
    """The format that a request's Accept asks for: the first, where it is sent twice."""
    found = (value for name, value in scope["headers"] if name == b"accept")
    return preferred(next(found, None))


def format_asked(request: Request, *, has_own: bool) -> Format:
    """The format that a request for a list asks for; `format` goes before Accept.

    `has_own` says that the list has a filter of that name, which then has the other values. Raises
    InvalidRequest for a format that there is not, for two of them, and for a page of a table.
    """
    given = request.query_params.getlist(PARAMETER)
    asked = [value for value in given if value in _NAMES]
    if len(asked) > 1:
        raise _unfit(PARAMETER, "one_format", "A list is given in one format.", asked[1])
    if len(asked) < len(given) and not has_own:
        other = next(value for value in given if value not in _NAMES)
        names = ", ".join(sorted(_NAMES))
        raise _unfit(PARAMETER, "enum", f"The formats of a list are: {names}.", other)
    wanted = Format(asked[0]) if asked else format_accepted(request.scope)
    if wanted is not Format.JSON:
        for name in _OF_A_PAGE:
            if name in request.query_params:
                detail = (
                    f"As {wanted} the whole list is given, and no page of it: leave out {name}."
                )
                raise _unfit(name, "whole_list", detail, request.query_params[name])
    return wanted


def without_formats(given: Any) -> Any:
    """For the filter of a list that is named `format` itself: its values, None without any."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        return given
    return [value for value in given if value not in _NAMES] or None


def _unfit(name: str, rule: str, detail: str, value: str) -> InvalidRequest:
    error = ProblemError(parameter=name, rule=rule, detail=detail, value=shown(value))
    return InvalidRequest(detail, errors=[error])
