"""Bank statements as people download them: which format a file is in, and its lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jobs.statements import archives, camt, csv, mt940, ofx, qif, xlsx
from jobs.statements.reading import Balance, Hints, Line, Note, Reading, StatementError
from jobs.statements.text import head

__all__ = ["FORMATS", "Balance", "Hints", "Line", "Note", "Reading", "StatementError", "read"]

FORMATS = ("csv", "xlsx", "ofx", "qif", "camt", "mt940")

DOWNLOAD = "download the statement as CSV, OFX, CAMT or MT940 instead"
EXPORT = "export its accounts as CSV or QIF instead"

# what people upload by mistake, by its first bytes
OTHERS = (
    (b"%PDF", f"a PDF; {DOWNLOAD}"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file or a protected one; save it as XLSX"),
    (b"\x1f\x8b", "compressed by gzip; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a text document; save the statement as CSV"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)

# formats of banks and programs that are not read, by how they begin
FOREIGN = (
    (rb"01,[^,\r\n]*,[^,\r\n]*,\d{6},[^\r\n]*\s*02,", f"a BAI2 report; {DOWNLOAD}"),
    (rb"00000\d{9}05[ D]", f"a CODA statement; {DOWNLOAD}"),
    (rb"11\d{30}[12]\d{17}", f"a statement in Norma 43; {DOWNLOAD}"),
    (rb"01\d{5} {4}\d{5}[A-Z ]{3}", f"a statement in CFONB 120; {DOWNLOAD}"),
    (rb"074\d{16}.{20}\d{20}[+-]", f"a statement in GPC (ABO); {DOWNLOAD}"),
    (rb"\d{3}0{5} {9}|02RETORNO", f"a CNAB file; {DOWNLOAD}"),
    (rb"01BGMAX", f"a BgMax file; {DOWNLOAD}"),
    (rb"0128A[GL]", f"a DTAUS file; {DOWNLOAD}"),
    (rb"1CClientBankExchange", f"an exchange file of 1C; {DOWNLOAD}"),
    (rb"[{\[]\s*(?:[{\[]\s*)?\"", f"JSON, which is for programs; {DOWNLOAD}"),
    (rb"<OFC>", f"an OFC file, which was before OFX; {DOWNLOAD}"),
    (rb"(?s:.{0,400})<FINSTA", f"a FINSTA statement; {DOWNLOAD}"),
    (rb"(?s:.{0,400}):pain\.\d{3}", f"an order of payments (pain); {DOWNLOAD}"),
    (rb"!(?:TRNS|HDR|ACCNT|CUST|VEND)\t", f"an IIF file of QuickBooks; {EXPORT}"),
    (rb"(?s:.{0,400})<gnc-v2", f"a GnuCash book; {EXPORT}"),
    (rb"(?s:.{0,400})<KMYMONEY-FILE", f"a KMyMoney book; {EXPORT}"),
    (rb"(?s:.{0,400})<homebank ", f"a HomeBank book; {EXPORT}"),
    (rb"(?s:.{0,400})urn:schemas-microsoft-com:office:spreadsheet", "a spreadsheet of Excel 2003; save it as XLSX"),
)

# a record without the name of its section above
NAMELESS_QIF = re.compile(rb"D[^\r\n]*[\r\n]+(?:[A-Z$][^\r\n]*[\r\n]+){1,20}?\^\s*?[\r\n]")

PARTS = (
    "columns",
    "date_order",
    "decimal",
    "inverse",
    "currency",
    "encoding",
    "delimiter",
    "header_line",
    "sheet",
    "format",
    "accounts",
)
# of what kind each is, where it isn't one of a few words
MAPPING: dict[str, tuple[type, str]] = {
    "columns": (dict, "an object with the column of each field"),
    "header_line": (int, "the number of a line, 0 for none"),
    "encoding": (str, "the name of an encoding"),
    "delimiter": (str, "one character"),
    "sheet": (str, "the name of a sheet"),
    "currency": (str, "the code of a currency"),
    "inverse": (bool, "true or false"),
}


def read(
    path: Path,
    mapping: dict[str, Any] | None = None,
    remembered: dict[str, Any] | None = None,
    hints: Hints | None = None,
) -> Reading:
    """The statement in a file. `mapping` is what a person has corrected, `remembered` what they did for a file of the same columns.

    Raises StatementError, here or while lines are taken.
    """
    mapping = mapping or {}
    if unknown := sorted(mapping.keys() - set(PARTS)):
        raise StatementError(f"A mapping can't have {', '.join(unknown)}; it has {', '.join(PARTS)}.")
    for part, (type_, said) in MAPPING.items():
        if not isinstance(mapping.get(part), type_ | None):
            raise StatementError(f"mapping.{part} is {said}.")
    if path.stat().st_size == 0:
        raise StatementError("The file is empty.")

    def read_one(file: Path) -> Reading:
        return _read(file, mapping, remembered or {}, hints or Hints())

    is_archive = head(path, 2) == b"PK" and not archives.is_workbook(path)
    return archives.read(path, read_one) if is_archive else read_one(path)


def _read(path: Path, mapping: dict[str, Any], remembered: dict[str, Any], hints: Hints) -> Reading:
    kind = mapping.get("format") or detect_format(path)
    match kind:
        case "xlsx":
            return xlsx.read(path, mapping, remembered, hints)
        case "ofx":
            return ofx.read(path)
        case "camt":
            return camt.read(path)
        case "qif":
            return qif.read(path, mapping, hints)
        case "mt940":
            return mt940.read(path, mapping)
        case "csv":
            return csv.read(path, mapping, remembered, hints)
    raise StatementError(f"mapping.format is one of {', '.join(FORMATS)}.")


def detect_format(path: Path) -> str:
    """The format by content; the name of a file says nothing that its bytes don't."""
    start = head(path, 65536)
    for mark, name in OTHERS:
        if start.startswith(mark):
            raise StatementError(f"The file is {name}.")
    if start.startswith(b"PK"):
        return "xlsx"
    text = start.replace(b"\0", b"") if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start[:2] else start
    text = text.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip()
    if re.search(rb"<OFX[ >\r\n]|^OFXHEADER|<\?OFX", text, re.IGNORECASE):
        return "ofx"
    for sign, name in FOREIGN:
        if re.match(sign, text):
            raise StatementError(f"The file is {name}.")
    if text.startswith(b"<"):
        if re.search(rb"<(?:(?:!DOCTYPE )?html|body|div|table)\b", text, re.IGNORECASE):
            raise StatementError(
                "The file is a web page. Where that is the statement itself, open it in a spreadsheet and save it as XLSX; else it is "
                "perhaps the bank's log-in: download the statement again."
            )
        return "camt"
    if re.search(rb"(?im)^!(?:type|account|option|clear)\b", text) or NAMELESS_QIF.match(text):
        return "qif"
    if re.search(rb"(?:^|[\r\n]|@@|\{4:):(?:20|25|28C?|60[FM]|61|86):", text):
        return "mt940"
    return "csv"
