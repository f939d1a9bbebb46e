"""Files that are meant to do harm: each is refused with one sentence, and takes no more than 50 MiB on the way."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

MOST_MIB = 50
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
)
BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/>'
    "</sheets></workbook>"
)
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)

READ = """
import json, resource, sys, time
from pathlib import Path
from jobs.statements import StatementError, read

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

before, start = most(), time.monotonic()
try:
    said = sum(1 for _ in read(Path(sys.argv[1])))
except StatementError as error:
    said = str(error)
print(json.dumps([said, most() - before, time.monotonic() - start]))
"""


def xlsx(sheet: str | Callable[[zipfile.ZipFile], None], **more: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", LINKS)
        if callable(sheet):
            sheet(archive)
        else:
            archive.writestr("xl/worksheets/sheet1.xml", SHEET % sheet)
        for name, text in more.items():
            archive.writestr(name, text)
    return file.getvalue()


def bomb(archive: zipfile.ZipFile) -> None:
    """Half a gigabyte in half a megabyte."""
    with archive.open("xl/worksheets/sheet1.xml", "w") as part:
        for _ in range(512):
            part.write(b" " * (1 << 20))


def lying() -> bytes:
    """The same, and its directory says that it is a hundred bytes."""
    content = bytearray(xlsx(bomb))
    place = content.rfind(b"PK\x01\x02", 0, content.rfind(b"xl/worksheets/sheet1.xml"))
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    return bytes(content)


def nested() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.dll", b"\0" * (64 << 20))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        for place in range(16):
            archive.writestr(f"lib {place}.zip", inner.getvalue())
    return outer.getvalue()


def swollen() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("statement.csv", b"0" * (97 << 20))
    return file.getvalue()


LOUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BILLION = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{LOUGHS}]>'
BILLION += "<Document><BkToCstmrStmt><Stmt><Ntry>&a9;</Ntry></Stmt></BkToCstmrStmt></Document>"
CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'

FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb": (lambda: xlsx(bomb), "larger than 96 MiB"),
    "lying bomb": (lying, "damaged|larger|no line with"),
    "42.zip": (nested, "no XLSX workbook"),
    "archive of a bomb": (swollen, "archive is larger than 96 MiB"),
    "a cell in the last corner": (lambda: xlsx(CELL + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "more than 256 columns"),
    "rows far apart": (
        lambda: xlsx(CELL + '<row r="1048576"><c r="J1048576"><v>1</v></c></row>'), "more than 256 columns or 3000000 cells",
    ),
    "a cell far away, in other quotes": (
        lambda: xlsx(CELL + "<row r='20000'><c r='ALL20000'><v>1</v></c></row>"), "more than 256 columns or 3000000 cells",
    ),
    "a sheet elsewhere": (
        lambda: xlsx(CELL, **{"xl/sheet.bin": SHEET % '<row r="20000"><c r="all20000"><v>1</v></c></row>'}),
        "more than 256 columns or 3000000 cells",
    ),
    "entities in a workbook": (lambda: xlsx("<!DOCTYPE x [<!ENTITY a 'b'>]>"), "entities of its own"),
    "cut off": (lambda: xlsx(CELL)[:-30], "no XLSX workbook"),
    "billion laughs": (BILLION.encode, "DOCTYPE"),
    "billion laughs in UTF-16": (lambda: BILLION.encode("utf-16"), "DOCTYPE"),
    "one line of 32 MiB": (lambda: b"Date,Text,Amount\n2024-01-31," + b"x" * (32 << 20), "longer than 65536"),
    "one line of XML": (lambda: b"<Document><BkToCstmrStmt><Stmt><Ntry>" + b"x" * (32 << 20), "malformed"),
    "elements within an entry of XML": (lambda: b"<Document><BkToCstmrStmt><Stmt><Ntry>" + b"<a/>" * (6 << 20), "more than 1000000 tags"),
    "elements where no entry is": (lambda: b"<Document>" + b"<a/>" * (6 << 20), "more than 1000000 tags"),
    "one value of OFX": (lambda: b"<OFX><STMTRS><STMTTRN><NAME>" + b"x" * (32 << 20), "longer than 65536"),
    "CDATA of OFX without end": (
        lambda: b"<OFX><STMTRS><STMTTRN>" + b"<MEMO><![CDATA[" * (1 << 20) + b"<NAME>" + b"x" * 70_000, "longer than 65536",
    ),
    "one CDATA of OFX": (
        lambda: b"<OFX><STMTRS><STMTTRN><MEMO><![CDATA[" + b"x" * (32 << 20) + b"]]>", "value of MEMO is longer than 65536",
    ),
    "one comment of OFX": (
        lambda: b"<OFX><STMTRS><STMTTRN><!-- " + b"<a> " * (8 << 20) + b"--><NAME>" + b"x" * 70_000, "longer than 65536",
    ),
    "signs in a value of OFX": (
        lambda: b"<OFX><STMTRS><STMTTRN><NAME>" + b"< " * (8 << 20) + b"<MEMO>" + b"x" * 70_000, "longer than 65536",
    ),
    "accounts": (lambda: b":20:A\n" + b"".join(b":25:%d\n:62F:C240101EUR1,\n" % n for n in range(1 << 17)), "more than 1000 accounts"),
    "balances": (lambda: b":20:A\n:25:1\n" + b":62F:C240101EUR1,\n" * (1 << 20), "more than 50000 balances"),
    "balances of XML that can't be read": (
        lambda: b"<Document><BkToCstmrStmt><Stmt>" + b"<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp></Bal>" * (1 << 17), "malformed",
    ),
    "tags without end": (lambda: b"<Document>" * (3 << 20), "malformed"),
    "quotation marks": (lambda: b'Date,Text,Amount\n2024-01-31,"' + b"x,\n" * (8 << 20), "quotation mark"),
    "one field of MT940": (lambda: b":20:A\n:61:2401310131D1,NMSC\n:86:" + b"x\n" * (12 << 20), "longer than 20000"),
    "NULs": (lambda: b"Date,Text,Amount\n" + b"\0" * (8 << 20), "NUL"),
    "nothing but delimiters": (lambda: b"," * (32 << 20), "longer than|more than 256"),
    "a record of QIF without end": (lambda: b"!Type:Bank\n" + b"Mx\n" * (8 << 20), "more than 500 lines"),
    "noise": (lambda: bytes(range(1, 256)) * 40_000, "."),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_little_memory(name: str, tmp_path: Path) -> None:
    make, said = FILES[name]
    path = tmp_path / "statement.csv"
    path.write_bytes(make())
    answer = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    reason, mib, seconds = json.loads(answer.stdout)
    assert isinstance(reason, str) and len(reason) < 500
    assert re.search(said, reason), reason
    assert mib < MOST_MIB and seconds < 30


def test_formulas_are_texts(tmp_path: Path) -> None:
    from jobs.statements import read

    path = tmp_path / "formulas.csv"
    path.write_text('Date,Text,Amount\n2024-01-31,"=cmd|\'/c calc\'!A1",-1\n2024-01-31,=HYPERLINK("x"),=1+1\n')
    lines = list(read(path))
    assert lines[0].description == "=cmd|'/c calc'!A1" and lines[0].amount == -1
    assert "=1+1" in (lines[1].error or "")


def test_columns_of_amounts_are_not_tried_in_all_threes(tmp_path: Path) -> None:
    from jobs.statements import read

    path = tmp_path / "wide.csv"
    line = "2024-01-31," + ",".join(f"{place * 7 % 911}.{place % 90 + 10}" for place in range(250))
    path.write_text(f"{line}\n" * 300)
    start = time.process_time()
    assert len(list(read(path))) == 300
    # 250 columns have 15 million threes
    assert time.process_time() - start < 8
