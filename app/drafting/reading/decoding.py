"""In which encoding a text is: decided by strict decoding, and told; never by silent replacement.

A byte order mark decides. Otherwise text that is UTF-8 throughout is UTF-8. What is left is CP949
(which holds EUC-KR) or GB18030 (which holds GB2312 and GBK): most bytes are valid in both, so the
letters decide: as CP949, Korean is nearly all Hangul, and Chinese is Hangul and Hanja mixed. A line
that by its own letters is in the other of the two is refused.
"""

import codecs
import re
from dataclasses import dataclass

from app.drafting.reading.source import UnreadableError

NAMES = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "cp949": "cp949",
    "uhc": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Of the letters beyond ASCII, as CP949 reads them, how many are Hangul: in Korean, in Chinese.
_KOREAN = 0.9
_CHINESE = 0.8
_FEWEST_LETTERS = 2
_FEWEST_IN_LINE = 4
# A short line of Chinese may be all Hangul as CP949, but with a Korean particle at a word's end by
# hardly any chance.
_PARTICLE = re.compile(r"[\uac00-\ud7a3][의은는이가을를에다](?![\uac00-\ud7a3])")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding that it was in, and why that one was taken."""

    text: str
    encoding: str
    reason: str


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of `data`. `declared` is an encoding that the file or the person names.

    Raises UnreadableError, with the byte, for text that is not in the encoding declared, in none of
    those that are known, in two of them at once, or that two of them explain equally well.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Decoded(_strictly(data[len(mark) :], name, len(mark)), name, "byte order mark")
    zero = data.find(b"\0")
    if zero >= 0:
        raise UnreadableError(f"byte {zero} is 0x00: this is no text.")
    if declared is not None:
        name = NAMES.get(declared.strip().lower(), "")
        if not name:
            known = ", ".join(sorted(set(NAMES.values())))
            raise UnreadableError(f"the encoding {declared!r} is none of {known}.")
        return Decoded(_strictly(data, name, 0), name, f"declared as {declared}")
    try:
        return Decoded(data.decode("utf-8"), "utf-8", "valid throughout")
    except UnicodeDecodeError as error:
        _refuse_mixed_with_utf_8(data, error.start)
    return _korean_or_chinese(data)


def _strictly(data: bytes, name: str, skipped: int) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        at = error.start + skipped
        raise UnreadableError(
            f"byte {at} (0x{data[error.start]:02x}, line {_line(data, error.start)}) "
            f"is not valid {name}."
        ) from None


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


_BEYOND_LATIN = re.compile(r"[\u3000-\u9fff\uac00-\ud7a3\uff00-\uffef]")


def _refuse_mixed_with_utf_8(data: bytes, failing: int) -> None:
    # A line of another encoding is UTF-8 with two East Asian letters by no chance worth the name.
    at = 0
    for line in data.split(b"\n"):
        try:
            utf_8 = len(_BEYOND_LATIN.findall(line.decode("utf-8"))) >= _FEWEST_LETTERS
        except UnicodeDecodeError:
            utf_8 = False
        if utf_8:
            raise UnreadableError(
                f"mixed encodings: line {_line(data, at)} (byte {at}) is UTF-8, but byte {failing} "
                f"(0x{data[failing]:02x}, line {_line(data, failing)}) is not."
            )
        at += len(line) + 1


def _korean_or_chinese(data: bytes) -> Decoded:
    found: dict[str, str] = {}
    faults: list[str] = []
    for name in ("cp949", "gb18030"):
        try:
            found[name] = _strictly(data, name, 0)
        except UnreadableError as fault:
            faults.append(str(fault))
    if not found:
        raise UnreadableError(" ".join(faults))
    if len(found) == 1:
        ((name, text),) = found.items()
        _refuse_lines_of_the_other(data, name)
        return Decoded(text, name, "valid in no other")
    letters, share = _share_of_hangul(found["cp949"])
    reason = f"valid as both; {share:.0%} of its letters would be Hangul in CP949"
    if letters >= _FEWEST_LETTERS and not _CHINESE < share < _KOREAN:
        name = "cp949" if share >= _KOREAN else "gb18030"
        _refuse_lines_of_the_other(data, name)
        return Decoded(found[name], name, reason)
    first = next(at for at, byte in enumerate(data) if byte >= 0x80)
    raise UnreadableError(
        f"from byte {first} (0x{data[first]:02x}, line {_line(data, first)}) on it may be CP949 or "
        "GB18030, or both mixed; name one with --encoding."
    )


def _share_of_hangul(text: str) -> tuple[int, float]:
    letters = [letter for letter in _BEYOND_LATIN.findall(text) if letter.isalpha()]
    hangul = sum("\uac00" <= letter <= "\ud7a3" for letter in letters)
    return len(letters), hangul / len(letters) if letters else 0.5


def _refuse_lines_of_the_other(data: bytes, taken: str) -> None:
    at = 0
    for number, line in enumerate(data.split(b"\n"), start=1):
        other = _of_the_other(line, taken)
        if other:
            raise UnreadableError(
                f"mixed encodings: by its letters line {number} (byte {at}) is {other}, but the "
                f"whole is {taken}; where it is all of one, name it with --encoding."
            )
        at += len(line) + 1


def _of_the_other(line: bytes, taken: str) -> str | None:
    try:
        text = line.decode("cp949")
    except UnicodeDecodeError:
        return None
    letters, share = _share_of_hangul(text)
    if letters < _FEWEST_IN_LINE:
        return None
    if taken == "cp949":
        return "gb18030" if share <= _CHINESE else None
    return "cp949" if share >= _KOREAN and _PARTICLE.search(text) else None
