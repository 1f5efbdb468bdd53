"""The process that reads one file apart: bytes on standard input, JSON on standard output."""

import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict

from app.drafting.reading.hypertext import read_hypertext
from app.drafting.reading.pdf_files import read_pdf_file
from app.drafting.reading.source import Reading, UnreadableError
from app.drafting.reading.word_files import read_word_file

READERS: dict[str, Callable[[bytes, str | None], Reading]] = {
    "html": read_hypertext,
    "docx": lambda data, _: read_word_file(data),
    "pdf": lambda data, _: read_pdf_file(data),
}


def read_here(kind: str, encoding: str, seconds: str, memory: str) -> None:
    """Reads standard input under the bounds, and answers a Reading or why it is refused."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    answer: dict[str, object]
    try:
        answer = asdict(READERS[kind](sys.stdin.buffer.read(), encoding or None))
    except UnreadableError as error:
        answer = {"refused": str(error)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    read_here(*sys.argv[1:])
