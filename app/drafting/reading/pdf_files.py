"""PDF: the text of each page, where the file has text."""

import io
import logging

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from app.drafting.reading.source import MOST_PAGES, Block, Reading, UnreadableError, blocks_of

MEDIA_TYPE = "application/pdf"
_ENCRYPTED = "the PDF is encrypted; save it without a password first."


def read_pdf_file(data: bytes) -> Reading:
    """The paragraphs of a PDF file, page by page.

    Raises UnreadableError for an encrypted file, one without text (pictures of pages), one with too
    many pages, and one that is broken.
    """
    # pypdf logs what it forgives; the text that results is read by a person in any case.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise UnreadableError(_ENCRYPTED)
        count = len(reader.pages)
        if count > MOST_PAGES:
            raise UnreadableError(f"the PDF has {count} pages; {MOST_PAGES} are read.")
        blocks: list[Block] = []
        for number, page in enumerate(reader.pages, start=1):
            blocks.extend(blocks_of(page.extract_text(), number))
    except UnreadableError:
        raise
    except DependencyError:
        # Only what is encrypted needs more than pypdf itself.
        raise UnreadableError(_ENCRYPTED) from None
    except RecursionError:
        raise UnreadableError("the PDF nests deeper than can be read.") from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        # What pypdf raises of a broken file is of no one class.
        raise UnreadableError(f"it is no PDF that can be read: {error}.") from None
    if not blocks:
        raise UnreadableError(
            "the PDF has no text, only pictures of pages; have its text recognised (OCR) first."
        )
    return Reading(blocks, MEDIA_TYPE, [f"{count} pages."])
