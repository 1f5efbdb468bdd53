"""Validation errors of Pydantic and FastAPI, told as problems."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.kernel.problems import ProblemError, pointer_to, shown

# Where only some codes of an enumeration are allowed, Pydantic names them as Python would.
_PYTHON_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")


def problem_errors(
    errors: Sequence[Mapping[str, Any]] | Sequence[Any], *, prefix: tuple[str, ...] = ()
) -> list[ProblemError]:
    """Each validation error with its place (body, parameter or header), rule and value."""
    return [_problem_error(error, (*prefix, *error["loc"])) for error in errors]


def _problem_error(error: Mapping[str, Any], location: tuple[str | int, ...]) -> ProblemError:
    where, *path = location
    rule, value = error["type"], shown(error.get("input"))
    detail = _PYTHON_MEMBER.sub(r"\1", error["msg"])
    if where == "body":
        return ProblemError(pointer=pointer_to(path), rule=rule, detail=detail, value=value)
    name = str(shown(str(path[0]))) if path else str(where)
    if where == "header":
        header = "-".join(word.capitalize() for word in name.split("-"))
        return ProblemError(header=header, rule=rule, detail=detail, value=value)
    return ProblemError(parameter=name, rule=rule, detail=detail, value=value)
