"""Reading a file apart from this process, with a bound on time and memory."""

import json
import subprocess
import sys

from app.drafting.reading.source import Block, Number, Reading, UnreadableError

_SECONDS = 60
_MEMORY = 1024 * 1024 * 1024


def read_apart(kind: str, data: bytes, encoding: str | None, seconds: int = _SECONDS) -> Reading:
    """What the reader of `kind` makes of `data`.

    Raises UnreadableError as that reader does, and where it takes too long or too much memory.
    """
    command = [
        *(sys.executable, "-P", "-m", "app.drafting.reading.worker"),
        *(kind, encoding or "", str(seconds), str(_MEMORY)),
    ]
    try:
        done = subprocess.run(  # noqa: S603 (the interpreter that runs this, and words of our own)
            command, input=data, capture_output=True, timeout=seconds + 10, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError(f"it could not be read within {seconds} seconds.") from None
    if done.returncode != 0:
        raise UnreadableError(
            f"it could not be read within {seconds} seconds and {_MEMORY} bytes of memory."
        )
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise UnreadableError(answer["refused"])
    blocks = [
        Block(**{**block, "number": block["number"] and Number(**block["number"])})
        for block in answer["blocks"]
    ]
    return Reading(blocks, answer["media_type"], answer["notes"])
