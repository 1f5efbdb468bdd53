"""Refuses a contract that breaks the published one without a word in CHANGELOG.md.

python -m tools.contract.check PUBLISHED PRESENT CHANGELOG
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.contract.breaking import Break, breaks
from tools.contract.schemas import Contract


def unannounced(found: Sequence[Break], changelog: str) -> list[Break]:
    """Those whose operation no line under `### Breaking` of the section Unreleased names."""
    unreleased = "".join(re.findall(r"^## Unreleased$(.*?)(?=^## |\Z)", changelog, re.S | re.M))
    section = "".join(re.findall(r"^### Breaking$(.*?)(?=^### |\Z)", unreleased, re.S | re.M))
    announced = set(re.findall(r"`([^`]+)`", section))
    return [one for one in found if one.operation not in announced]


def main(published: str, present: str, changelog: str) -> int:
    """Prints what breaks and is not announced; 1 if anything is."""
    before, after = (
        Contract(json.loads(Path(name).read_text("utf-8"))) for name in (published, present)
    )
    found = breaks(before, after)
    left = unannounced(found, Path(changelog).read_text("utf-8"))
    for one in left:
        sys.stderr.write(f"{one}\n")
    if left:
        sys.stderr.write(
            f"{present} breaks {published}. Keep what is there, or name each operation, as in"
            f" `{left[0].operation}`, under ### Breaking in {changelog}.\n"
        )
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
