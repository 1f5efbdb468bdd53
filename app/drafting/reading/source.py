"""A release as it was read: one text, and where each part of it stands."""

from bisect import bisect_right
from dataclasses import dataclass

MOST_BYTES = 10 * 1024 * 1024
# A release is a few pages; this is some sixty, which the rules look through while somebody waits.
MOST_CHARACTERS = 100_000
MOST_PAGES = 200


class UnreadableError(ValueError):
    """A file that cannot be read as a release; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Number:
    """What a reader sees counted before a paragraph, and how deep its list stands in others."""

    value: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a line of a table or the like; `page` where the file has pages.

    `number` is one that the file itself counts: it stands in no character of the text.
    """

    text: str
    page: int | None = None
    heading: bool = False
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a file: its blocks, and what it decided on the way."""

    blocks: list[Block]
    media_type: str
    notes: list[str]


class Source:
    """The text of a release. `text` is its blocks with an empty line between two of them."""

    def __init__(self, blocks: list[Block]) -> None:
        self.blocks = blocks
        self._starts: list[int] = []
        at = 0
        for block in blocks:
            self._starts.append(at)
            at += len(block.text) + 2
        self.text = "\n\n".join(block.text for block in blocks)

    def block_at(self, offset: int) -> tuple[int, Block]:
        """The block that `offset` lies in (or in front of whose end), and its number from 1."""
        number = max(1, bisect_right(self._starts, offset))
        return number, self.blocks[number - 1]

    def start_of(self, number: int) -> int:
        """Where the block of this number begins."""
        return self._starts[number - 1]

    def locator(self, offset: int) -> str:
        """Where `offset` stands, for people: a paragraph, with its page where there are pages."""
        number, block = self.block_at(offset)
        if block.page is None:
            return f"paragraph {number}"
        first = next(n for n, other in enumerate(self.blocks, 1) if other.page == block.page)
        return f"page {block.page}, paragraph {number - first + 1}"


def cleaned(text: str) -> str:
    """`text` with LF line ends, without control characters, which no record holds.

    A form feed ends a paragraph; another control character becomes a space, as do half a surrogate
    pair and a byte order mark.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    return "".join(
        " "
        if (char < " " and char not in "\n\t")
        or "\x7f" <= char < "\xa0"
        or "\ud800" <= char <= "\udfff"
        or char == "\ufeff"
        else char
        for char in text
    )


def blocks_of(text: str, page: int | None = None) -> list[Block]:
    """The paragraphs of plain text: what stands between empty lines."""
    blocks: list[Block] = []
    lines: list[str] = []
    for line in [*cleaned(text).split("\n"), ""]:
        if line.strip():
            lines.append(line.strip())
        elif lines:
            blocks.append(Block("\n".join(lines), page))
            lines = []
    return blocks
