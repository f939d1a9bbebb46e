"""A file's bytes as text: which encoding it is in, and its lines, none of which may be longer than a line can be."""

from __future__ import annotations

import codecs
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from jobs.statements.reading import StatementError

__all__ = ["MAX_LINE", "detect_encoding", "head", "lines", "open_text"]

# characters; a row of a statement is some hundred
MAX_LINE = 65536
BLOCK = 1 << 20

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# in the order in which they win where they are equally good
ENCODINGS = (
    "cp1252",
    "cp1250",
    "iso8859-15",
    "iso8859-2",
    "cp850",
    "cp852",
    "cp1251",
    "cp1253",
    "cp1255",
    "cp932",
    "cp949",
    "gb18030",
)

# the letters of Turkish, in the encoding that is the Western one but for six of them; two hardly any other language has alone
TURKISH, DOTLESS = frozenset("ÇçÖöÜüĞğİıŞşÂâÎîÛû".encode("cp1254")), frozenset("İı".encode("cp1254"))
COMMON = frozenset("äöüßéèêàçáíóúñâîôåøæãõëïûù°€£ąćęłńśźżčďěňřšťůýžőűăășşțţ")
# alphabets of which one byte is a letter, the commonest letters of each, which read in another are rare ones, and those
# that are words
ALPHABETS = {
    "cp1251": (range(0x400, 0x460), frozenset("оеаинтсрвл"), frozenset("аивксоуя")),
    "cp1253": (range(0x370, 0x400), frozenset("αοιετσνηυρς"), frozenset("ηο")),
    "cp1255": (range(0x5D0, 0x5EB), frozenset("יוהלארתבמש"), frozenset()),
}
# the first bytes of what is common in an encoding of East Asia; read in another one, a text has what is rare there
EASTERN = {
    "cp932": frozenset((*range(0x82, 0x84), *range(0x88, 0x98), *range(0xA6, 0xE0))),
    "cp949": frozenset(range(0xB0, 0xC9)),
    "gb18030": frozenset(range(0xB0, 0xD8)),
}


def head(path: Path, size: int = 4096) -> bytes:
    """The first bytes of a file, of which its format is told."""
    with path.open("rb") as file:
        return file.read(size)


def detect_encoding(path: Path, declared: str | None = None) -> str:
    """The encoding of a file: by its mark, else UTF-8 where every byte fits, else the one in which it reads best.

    `declared` is what the file says of itself; many say so in vain, so it only decides between those that fit.
    """
    start = head(path)
    for mark, name in MARKS:
        if start.startswith(mark):
            return name
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) > len(start) // 4 > 0 and min(even, odd) < len(start) // 40:
        return "utf-16-le" if odd > even else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample = bytearray()
    is_utf8 = is_ascii = True
    with path.open("rb") as file:
        number = 0
        while block := file.read(BLOCK):
            if b"\0" in block:
                number += block.count(b"\n", 0, block.index(b"\0"))
                raise StatementError("The file has NUL bytes, so it is no text.", number + 1)
            number += block.count(b"\n")
            if is_utf8:
                try:
                    is_ascii &= decoder.decode(block).isascii()
                except UnicodeDecodeError:
                    is_utf8 = False
            if not block.isascii() and len(sample) < BLOCK:
                for line in block.splitlines()[1:-1] if len(block) == BLOCK else block.splitlines():
                    if not line.isascii() and len(sample) < BLOCK // 4:
                        sample += line[:MAX_LINE] + b"\n"
    # one that fits but for half a letter at the end has been cut off there
    if is_utf8 and not (is_ascii and decoder.getstate()[0]):
        return "utf-8"
    letters = {byte for byte in sample if byte >= 0xC0}
    if not declared and letters & DOTLESS and letters <= TURKISH:
        return "cp1254"
    names = [declared, *ENCODINGS] if declared else list(ENCODINGS)
    return max(names, key=lambda name: _fitness(bytes(sample), name))


def _fitness(sample: bytes, encoding: str) -> float:
    """How much a text reads like one: letters where letters stand, none that hardly any language has."""
    try:
        text = sample.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return -1e9
    score = 0.0
    strange = 0
    letters, common, words = ALPHABETS.get(encoding, (range(0), frozenset(), frozenset()))
    before = " "
    for place, char in enumerate(text):
        if char >= "\x80":
            strange += 1
            lower = char.lower()
            kind = unicodedata.category(char)
            after = text[place + 1 : place + 2]
            if kind[0] == "L":
                code = ord(char)
                if code >= 0x2E80:
                    # an accented letter of Europe, read with the one after it, is one in the middle of a word
                    if "a" <= before <= "z" or "a" <= after <= "z":
                        score -= 1
                    elif encoding not in EASTERN or _first_byte(char, encoding) in EASTERN[encoding]:
                        # half a place wide, they are also what capitals of other alphabets read as
                        score += 1 if "\uff61" <= char <= "\uff9f" else 1.2
                elif (
                    code in letters
                    and (ord(before) in letters or ord(after or " ") in letters)
                    # no word has letters of two alphabets
                    and not any(c.isascii() and c.isalpha() for c in (before, after))
                ):
                    score += 1.4 if lower in common else 1.1
                elif lower in words and (before + after).isspace():
                    score += 0.9
                    kind = ""
                elif code in letters:
                    score -= 1
                else:
                    score += 1 if lower in COMMON else 0.2
                if kind == "Lu" and not before.isalpha() and not after.isalpha():
                    # a sign of another encoding: Ç for €, Ł for £
                    score -= 2
                if kind == "Lo" and (before + after).isascii() and (before.isalpha() or after.isalpha()):
                    # a sign of East Asia alone among Latin letters swallowed one with an accent
                    score -= 2
                if before.islower() and kind == "Lu":
                    score -= 1
            elif kind in ("Cc", "Cn", "Co"):
                score -= 5
            elif char in "€£§°–—’‘“”„…«»×\u00a0½²³№。、ー・（）":  # noqa: RUF001
                # with £ before a number and € beside one there is no doubt
                is_sum = (char == "£" and after.isdigit()) or (
                    char == "€" and (after.isdigit() or before in " (\u00a0")
                )
                score += 1 if is_sum else 0.5 if not (before.isalpha() and after.isalpha()) or char == "’" else 0  # noqa: RUF001
            else:
                score -= 2 if before.isalpha() or after.isalpha() else 1
        before = char
    return score / strange if strange else 0


def _first_byte(char: str, encoding: str) -> int:
    # what Windows adds to the Korean standard hardly any text has
    raw = char.encode("euc_kr" if encoding == "cp949" else encoding, "replace")
    return raw[0]


def _half_letter(error: UnicodeError) -> tuple[str, int]:
    """Leaves out half a letter where a file ends in it; whatever else can't be read is an error."""
    if isinstance(error, UnicodeDecodeError) and error.reason in ("unexpected end of data", "truncated data"):
        return "", error.end
    raise error


codecs.register_error("half_letter", _half_letter)


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """A text with its line ends as they are. Raises StatementError for an encoding that is none."""
    try:
        return path.open(encoding=encoding, errors="half_letter", newline="")
    except LookupError:
        raise StatementError(f"There is no encoding named {encoding}.") from None


def lines(file: io.TextIOWrapper) -> Iterator[str]:
    """The lines with their ends. One that does not end is refused before it is in memory."""
    number = 0
    try:
        while line := file.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE and line[-1] not in "\r\n":
                raise StatementError(f"The line is longer than {MAX_LINE} characters.", number)
            if "\0" in line:
                raise StatementError("The line has NUL characters, so it is no text.", number)
            # where one file was put behind another
            yield line.removeprefix("\ufeff")
    except UnicodeError:
        raise StatementError(f"The file is not in {file.encoding}.") from None
