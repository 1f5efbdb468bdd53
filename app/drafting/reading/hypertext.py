"""HTML: its words, without scripts, styles and navigation."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from app.drafting.reading.decoding import decode
from app.drafting.reading.hypertext_lists import Lists
from app.drafting.reading.numbered import told
from app.drafting.reading.source import Block, Number, Reading, UnreadableError, blocks_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DROPPED = _words(
    "script style noscript template nav header footer aside form button select iframe svg "
    "object head textarea"
)
_INLINE = _words(
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd label mark q ruby s samp "
    "small span strike strong sub sup time tt u var wbr"
)
_HEADINGS = frozenset({"h1", "h2", "h3"})
_CELLS = frozenset({"td", "th"})
_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_-]{1,40})", re.I)


def read_hypertext(data: bytes, encoding: str | None = None) -> Reading:
    """The paragraphs of a page. Raises UnreadableError as decode() does, or without any words."""
    declared = _DECLARED.search(data[:4096])
    decoded = decode(data, encoding or (declared.group(1).decode() if declared else None))
    try:
        root = html.document_fromstring(
            # The text is decoded: what the page says of its encoding no longer holds.
            decoded.text.encode("utf-8", "surrogatepass"),
            parser=html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True),
        )
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise UnreadableError(f"it is no HTML that can be read: {error}.") from None
    note = f"Read as {decoded.encoding} ({decoded.reason}); scripts and navigation left out."
    blocks = list(_blocks(root))
    return Reading(blocks, "text/html", [note, *told(blocks)])


def _blocks(root: Any) -> Iterator[Block]:
    words: list[str] = []
    heading = False
    number: Number | None = None
    lists = Lists()
    dropped: list[Any] = []

    def done() -> Iterator[Block]:
        nonlocal number
        text = "".join(words)
        words.clear()
        for block in blocks_of(text):
            yield Block(block.text, heading=heading, number=number)
            number = None

    # Events, not recursion: pages nest as deep as they like.
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        starts = event == "start"
        if not dropped:
            if tag == "br":
                words.extend(["\n"] if starts else [])
            elif tag in _CELLS:
                words.extend([] if starts else ["\t"])
            elif tag not in _INLINE:
                yield from done()
                heading = starts and tag in _HEADINGS
                number = lists.number(element, tag, starts=starts, before=number)
        if starts and (dropped or tag in _DROPPED):
            dropped.append(element)
        if not dropped and starts:
            words.append(_flowing(element.text, tag))
        if not starts:
            if dropped:
                dropped.pop()
            if not dropped:
                parent = element.getparent()
                words.append(_flowing(element.tail, "" if parent is None else str(parent.tag)))
    yield from done()


def _flowing(text: str | None, tag: str) -> str:
    # A browser shows white space as one space, but in <pre>.
    if not text or tag == "pre":
        return text or ""
    return re.sub(r"[ \t\r\n\f]+", " ", text)
