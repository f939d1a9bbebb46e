"""OFX, QIF, CAMT, MT940 and XLSX with what banks make of them, in invented entries."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from jobs.statements import Line, StatementError
from tests.jobs.readings import in_short, read_text, shown


def amounts(lines: list[Line]) -> list[Decimal | None]:
    return [line.amount for line in lines if not line.error and not line.left_out]


def days(lines: list[Line]) -> list[str]:
    return [f"{line.booked_on}" for line in lines]


OFX = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>"
)


def test_ofx_without_closing_tags_with_entities_and_zones(tmp_path: Path) -> None:
    text = (
        f"{OFX}<CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>DE12<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>\n"
        "<STMTTRN><TRNTYPE>POS<DTPOSTED>20240115200000[-5:EST]<TRNAMT>-1.234,50<FITID>A<NAME>Caf\xe9 &amp; Bar<MEMO>a &lt; b\n"
        "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20240116<TRNAMT>+7<FITID>B<NAME>Bob\n"
        "<STMTTRN><TRNTYPE>CHECK<DTPOSTED>20240117120000.000[+1:CET]<TRNAMT>-,5<CHECKNUM>00042<NAME>Check"
        "<BANKACCTTO><BANKID>9<ACCTID>OTHER</BANKACCTTO>\n"
        "<LEDGERBAL><BALAMT>10,00<DTASOF>20240118000000"
    )
    reading, lines = read_text(tmp_path, text.encode("cp1252"))
    assert amounts(lines) == [Decimal("-1234.50"), Decimal(7), Decimal("-0.5")]
    assert days(lines) == ["2024-01-15", "2024-01-16", "2024-01-17"]
    assert (lines[0].payer, lines[0].description, lines[0].external_id) == ("Café & Bar", "a < b", "A")
    assert (lines[2].payment_type, lines[2].notes) == ("check", "Check 42")
    assert {line.account for line in lines} == {"DE12"} and {line.currency for line in lines} == {"EUR"}
    assert [(each.amount, each.booked_on) for each in reading.balances] == [(Decimal("10.00"), date(2024, 1, 18))]


def test_ofx_two_accounts_and_a_portfolio(tmp_path: Path) -> None:
    text = """<?xml version="1.0"?><?OFX OFXHEADER="200" VERSION="211"?><OFX><BANKMSGSRSV1>
    <STMTTRNRS><STMTRS><CURDEF>USD</CURDEF><BANKACCTFROM><ACCTID>1</ACCTID></BANKACCTFROM><BANKTRANLIST>
      <STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20240101</DTPOSTED><TRNAMT>-1.00</TRNAMT><FITID>1</FITID><NAME>x</NAME></STMTTRN>
    </BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1>
    <CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>CAD</CURDEF><CCACCTFROM><ACCTID>2</ACCTID></CCACCTFROM><BANKTRANLIST>
      <STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20240102</DTPOSTED><TRNAMT>-2.00</TRNAMT><FITID>1</FITID>
        <ORIGCURRENCY><CURRATE>1.3</CURRATE><CURSYM>USD</CURSYM></ORIGCURRENCY></STMTTRN>
    </BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1>
    <INVSTMTMSGSRSV1><INVSTMTTRNRS><INVSTMTRS><CURDEF>USD</CURDEF><INVACCTFROM><ACCTID>3</ACCTID></INVACCTFROM><INVTRANLIST>
      <BUYSTOCK><INVBUY><INVTRAN><FITID>9</FITID><DTTRADE>20240103</DTTRADE></INVTRAN><TOTAL>-500</TOTAL></INVBUY></BUYSTOCK>
    </INVTRANLIST></INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1></OFX>"""
    _, lines = read_text(tmp_path, text)
    assert [(line.account, line.amount, line.currency) for line in lines[:2]] == [
        ("1", Decimal(-1), "USD"),
        ("2", Decimal(-2), "CAD"),
    ]
    assert "USD" in (lines[1].notes or "") and lines[1].original_amount is None
    assert lines[2].account == "3" and "BUYSTOCK" in (lines[2].error or "") and lines[2].amount is None


STATEMENT = f"{OFX}<CURDEF>EUR<BANKACCTFROM><ACCTID>A</BANKACCTFROM><BANKTRANLIST>"
ENTRY = "<STMTTRN><DTPOSTED>20240131<TRNAMT>-5"
BALANCE = "<LEDGERBAL><BALAMT>{}<DTASOF>20240131"
AMOUNTS = (
    "\u22125.00",
    "5.00-",
    "-\u00a05.00",
    "-0000005.00",
    "(5.00)",
    "-5.00 EUR",
    "1,234,567",
    "00000000000000000012.50",
    "--5",
)
UNREADABLE = "The ledger balance can't be read."


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (f"{STATEMENT}{ENTRY}<NAME>Käse</OFX>".encode("utf-16"), ["2024-01-31 -5 EUR A Käse Käse"]),
        (f"{STATEMENT}{ENTRY}</OFX>".lower(), ["2024-01-31 -5 EUR a"]),
        # an entry that is left open still has its account and currency
        (f"{STATEMENT}{ENTRY}</BANKTRANLIST></STMTRS></OFX>", ["2024-01-31 -5 EUR A"]),
        (f"{STATEMENT}{ENTRY}</STMTRS></OFX>", ["2024-01-31 -5 EUR A"]),
        (f"{STATEMENT}{ENTRY}<NA", ["The file ends within this entry."]),
        (
            f"{STATEMENT}{ENTRY}<PAYEE><NAME>Ann<CITY>Rome</PAYEE><MEMO>Rent</STMTTRN>{ENTRY}<NAME>Be<EXTDNAME>Ben</STMTTRN>",
            ["2024-01-31 -5 EUR A Ann Rent", "2024-01-31 -5 EUR A Ben Ben"],
        ),
        (
            f"{STATEMENT}<STMTTRN><DTPOSTED>2024-01-31<TRNAMT>-1.234.567,5</STMTTRN><STMTTRN><DTPOSTED>20240131</STMTTRN>"
            "<STMTTRN><DTPOSTED>20240131<TRNAMT>1,2,3</STMTTRN><STMTTRN><DTPOSTED>20241331<TRNAMT>1</STMTTRN>"
            "<STMTTRN><DTPOSTED>2024<TRNAMT>1</STMTTRN><STMTTRN><TRNAMT>1</STMTTRN>",
            [
                "2024-01-31 -1234567.5 EUR A", "TRNAMT is missing: the line has no amount.", "TRNAMT '1,2,3' is no amount.",
                "DTPOSTED '20241331' is no day.", "DTPOSTED '2024' is no day.", "DTPOSTED is missing: the line has no day.",
            ],
        ),
        # balances with and without their ends, of two accounts of which one comes twice
        (
            f"{STATEMENT}</BANKTRANLIST>{BALANCE.format(10)}<AVAILBAL><BALAMT>9<DTASOF>20240131</AVAILBAL></STMTRS>"
            f"<STMTRS><BANKACCTFROM><ACCTID>A</BANKACCTFROM><AVAILBAL><BALAMT>8<LEDGERBAL><DTASOF>20240201<BALAMT>7</STMTRS>",
            ["closing 2024-01-31 10", "closing 2024-02-01 7"],
        ),
        (f"{STATEMENT}{BALANCE.format('lots')}</LEDGERBAL></STMTRS>", [UNREADABLE]),
        (f"{STATEMENT}<LEDGERBAL><BALAMT>10</LEDGERBAL><LEDGERBAL></LEDGERBAL></STMTRS>", [UNREADABLE]),
        (f"{STATEMENT}<LEDGERBAL><BALAMT>10", [UNREADABLE]),
        # what the bank corrects is not booked beside what was wrong
        (
            f"{STATEMENT}{ENTRY}<FITID>2<CORRECTFITID>1<CORRECTACTION>REPLACE</STMTTRN>{ENTRY}<CORRECTFITID>1<CORRECTACTION>DELETE</STMTTRN>",
            [
                "The bank replaces its entry 1 by this; correct that one.",
                "The bank takes back its entry 1 by this; correct that one.",
            ],
        ),
        (
            "<OFX><INVSTMTRS><INVPOSLIST><POSSTOCK></POSSTOCK><POSMF></POSMF></INVPOSLIST></INVSTMTRS><STMTTRNP></STMTTRNP></OFX>",
            ["DTTRAN is missing: the line has no day.", "Positions of the portfolio are not imported."],
        ),
        # what is pending has a day of its own
        (
            f"{STATEMENT}{ENTRY}<FITID>1</BANKTRANLIST><BANKTRANLISTP><STMTTRNP><TRNTYPE>DEBIT<DTTRAN>20240201<DTEXPIRE>20240210<TRNAMT>-7"
            "<NAME>Hotel</STMTTRNP></BANKTRANLISTP></STMTRS></OFX>",
            ["2024-01-31 -5 EUR A #1", "2024-02-01 -7 EUR A Hotel Hotel pending"],
        ),
        # amounts as people write them; signs that begin no tag, and names that are wrapped; the currency without its rate
        (
            f"{STATEMENT}{''.join(f'<STMTTRN><DTPOSTED>20240131<TRNAMT>{amount}</STMTTRN>' for amount in AMOUNTS)}",
            ["2024-01-31 -5.00 EUR A"] * 6 + ["2024-01-31 1234567 EUR A", "2024-01-31 12.50 EUR A", "TRNAMT '--5' is no amount."],
        ),
        (
            f"{STATEMENT}{ENTRY}<NAME>Long\nname<MEMO>A < B & C > 5</STMTTRN>{ENTRY}<CURRENCY>CHF</STMTTRN>{ENTRY}<CURRENCY>EUR</STMTTRN>",
            ["2024-01-31 -5 EUR A Long name A < B & C > 5", "2024-01-31 -5 CHF A", "2024-01-31 -5 EUR A"],
        ),
        # each value on lines of its own
        (
            f"{STATEMENT}<STMTTRN><TRNTYPE>\n CREDIT\n</TRNTYPE><DTPOSTED>\n\n\t20240131\n</DTPOSTED><TRNAMT>\n\t5\n</TRNAMT>"
            "<FITID>\n\t77\n\t1\n</FITID></STMTTRN><STMTTRN><TRNTYPE>\nDEBIT\n<DTPOSTED>\n20240131\n<TRNAMT>\n\t-5\n<FITID>\n77\n2\n</STMTTRN></OFX>",
            ["2024-01-31 5 EUR A #77 1", "2024-01-31 -5 EUR A #77 2"],
        ),
        # what was calculated and not rounded
        (
            f"{STATEMENT}<STMTTRN><DTPOSTED>20240131<TRNAMT>-19.989999999999998</STMTTRN>{BALANCE.format('100.00000000000001')}</OFX>",
            ["2024-01-31 -19.99 EUR A", "closing 2024-01-31 100"],
        ),
        # a correction of itself, which is none, and a number that is the bank's id and no check's
        (
            f"{STATEMENT}{ENTRY}<FITID>8<CORRECTFITID>8<CORRECTACTION>REPLACE</STMTTRN>{ENTRY}<FITID>0090<CHECKNUM>90</STMTTRN></OFX>",
            ["2024-01-31 -5 EUR A #8", "2024-01-31 -5 EUR A #0090"],
        ),
        # nor is the number of a document, which is the end of the reference; that of a check is one
        (
            f"{STATEMENT}{ENTRY}<CHECKNUM>000000060301<REFNUM>9.860.301</STMTTRN>"
            f"{ENTRY}<TRNTYPE>CHECK<CHECKNUM>77<REFNUM>77</STMTTRN></OFX>",
            ["2024-01-31 -5 EUR A", "2024-01-31 -5 EUR A Check 77"],
        ),
        # balances among the entries, and an entry that only speaks of one
        (
            f"{STATEMENT}<STMTTRN><DTPOSTED>0<TRNAMT>24790.27<MEMO>SALDO ANTERIOR</STMTTRN>{ENTRY}<NAME>Saldo do dia 31/01<MEMO></STMTTRN>"
            "<STMTTRN><DTPOSTED>20240131<TRNAMT>  .  <MEMO>SALDO TOTAL DISPONÍVEL DIA</STMTTRN>"
            f"{ENTRY}<NAME>PIX<MEMO>Saldo anterior</STMTTRN>{ENTRY}<MEMO>Saldo anterior acerto</STMTTRN></OFX>",
            ["A balance, not an entry."] * 3 + ["2024-01-31 -5 EUR A PIX Saldo anterior", "2024-01-31 -5 EUR A Saldo anterior acerto"],
        ),
        # what is in a comment is not in the statement
        (f"{STATEMENT}<!-- {ENTRY}</STMTTRN> -->{ENTRY}<NAME>Shop</STMTTRN></OFX>", ["2024-01-31 -5 EUR A Shop Shop"]),
        # signs against words
        (
            f"{STATEMENT}<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240131<TRNAMT>5</STMTTRN>"
            "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20240131<TRNAMT>-7</STMTTRN></OFX>",
            [
                "2024-01-31 5 EUR A", "2024-01-31 -7 EUR A",
                "All debits stand above zero and all credits below; taken as they stand, they may be the other way round.",
            ],
        ),
        # what is not read is said: a portfolio's entry that is left open, a loan, an error in place of one of several statements
        (
            "<OFX><INVSTMTRS><INVTRANLIST><BUYSTOCK><INVBUY><TOTAL>-799<INVBANKTRAN><STMTTRN><DTPOSTED>20240131<TRNAMT>25</STMTTRN>"
            "</INVBANKTRAN><BUYMF><INVBUY><TOTAL>-1",
            ["BUYSTOCK: entries of a portfolio are not imported.", "2024-01-31 25", "BUYMF: entries of a portfolio are not imported."],
        ),
        (
            f"{STATEMENT}{ENTRY}</STMTRS><STATUS><CODE>2000<SEVERITY>ERROR<MESSAGE>Not now</STATUS><LOANSTMTRS></OFX>",
            [
                "2024-01-31 -5 EUR A", "The bank sent an error in place of a statement: Not now (2000).",
                "The statement of a loan (LOANSTMTRS) is not imported.",
            ],
        ),
    ],
)  # fmt: skip
def test_ofx_of_careless_banks(text: str | bytes, read: list[str], tmp_path: Path) -> None:
    cut = "The file ends before its statement does (</OFX>); it may have been cut off."
    found = shown(tmp_path, text)
    assert [said for said in found if said != cut] == read
    assert (cut in found) == (isinstance(text, str) and "</ofx>" not in text.lower())


def test_ofx_with_a_currency_in_its_amounts(tmp_path: Path) -> None:
    texts = ("R$ -1.250,50", "-R$ 5,00", "BRL 7.25", "$3", "R$")
    text = "".join(f"<STMTTRN><DTPOSTED>20240131<TRNAMT>{each}</STMTTRN>" for each in texts)
    _, lines = read_text(tmp_path, f"<OFX><STMTRS>{text}</STMTRS></OFX>")
    assert amounts(lines) == [Decimal("-1250.50"), -5, Decimal("7.25"), 3]


def test_ofx_of_wide_characters_that_was_cut_off(tmp_path: Path) -> None:
    text = "<OFX><STMTRS><STMTTRN><DTPOSTED>20240131<TRNAMT>-5<NAME>Shop</STMTTRN></STMTRS></OFX>"
    assert shown(tmp_path, text.encode("utf-16")[:-3]) == [
        "2024-01-31 -5 Shop Shop", "The file ends before its statement does (</OFX>); it may have been cut off.",
    ]  # fmt: skip


def test_ofx_whose_debits_have_no_sign_and_whose_numbers_are_no_ids(tmp_path: Path) -> None:
    def one(kind: str, amount: str) -> str:
        return f"<STMTTRN><TRNTYPE>{kind}<DTPOSTED>20240131<TRNAMT>{amount}<FITID>0</STMTTRN>"

    said = "No amount has a sign; what the file calls a debit is taken as money out."
    text = STATEMENT + one("DEBIT", "5") + one("CREDIT", "7") + one("CHECK", "5") + "</OFX>"
    assert shown(tmp_path, text) == ["2024-01-31 -5 EUR A", "2024-01-31 7 EUR A", "2024-01-31 -5 EUR A", said]
    assert shown(tmp_path, f"{STATEMENT}{one('DEBIT', '5')}</OFX>")[-1] == said
    # with one sign in the file, a debit above zero is one that was taken back
    text = STATEMENT + one("DEBIT", "-5") + one("DEBIT", "7") + "</OFX>"
    assert shown(tmp_path, text) == ["2024-01-31 -5 EUR A", "2024-01-31 7 EUR A"]


QIF = """!Option:AutoSwitch
!Account
NChecking
TBank
^
!Type:Bank
D1/ 2'24
U-1,234.56
T-1,234.56
CX
N1001
PLandlord
MRent
LHousing:Rent
^
D12/31/99
T-10.00
PSplit shop
SFood
EApples
$-4.00
SToys
$-6.00
^
D2/ 5'24
T250.00
L[Savings]
^
!Account
NBroker
TInvst
^
!Type:Invst
D1/3'24
NBuy
YACME
T500
^
!Type:Cat
NFood
E
^
"""


def test_qif_of_quicken(tmp_path: Path) -> None:
    reading, lines = read_text(tmp_path, QIF)
    assert amounts(lines) == [Decimal("-1234.56"), -10, 250] and days(lines)[:3] == [
        "2024-01-02",
        "1999-12-31",
        "2024-02-05",
    ]
    assert (lines[0].payment_type, lines[0].category, lines[0].account) == ("check", "Housing:Rent", "Checking")
    assert "Food Apples -4.00, Toys -6.00" in (lines[1].notes or "") and "Savings" in (lines[2].notes or "")
    assert lines[3].account == "Broker" and "Buy" in (lines[3].error or "")
    assert any("!Type:cat" in note.message for note in reading.notes)


def test_qif_of_europe(tmp_path: Path) -> None:
    text = "!Type:CCard\nD31.01.2024\nT-1.234,56\nPMüller\n^\nD01.02.2024\nT12,5\n^\nDsoon\nT1\n^\nD03.02.2024\nTmuch\n"
    reading, lines = read_text(tmp_path, text.encode("cp1252"))
    assert amounts(lines) == [Decimal("-1234.56"), Decimal("12.5")] and lines[0].payer == "Müller"
    assert reading.mapping["date_order"] == "dmy" and [line.error for line in lines[2:]] == [
        "'soon' is no day.", "'much' is no amount with the decimal sign ','.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "read"),
    [
        # words above, an account whose record has no end, empty records, a number that is no check's, lists
        (
            "January\n\n!Account\nNSavings\n!Type:Bank\n^\nD31/1/2024\nT5\nNDEP\n^\nD1/2/2024\nU7\n!Type:Cat\nNFood\n^\nNFun\n^\n"
            "!Type:\nNx\n^\n!Type:Bank\nD2/2/2024\nT1\n",
            [
                "2024-01-31 5 Savings", "2024-02-01 7 Savings", "2024-02-02 1 Savings", "The list !Type:cat is not imported.",
                "The last record has no end (^); the file may have been cut off.",
            ],
        ),
        (
            "!Type:Bank\nD1/2' 4\nT1.234\n^\nT5\n^\nD1/2'24\n",
            [
                "2004-01-02 1234.0", "The record has no day.", "The record has no amount.",
                "Days could be read in two ways; taken as mdy. Correct date_order where that is wrong.",
                "The decimal sign is taken to be ','. Correct decimal where that is wrong.",
                "The last record has no end (^); the file may have been cut off.",
            ],
        ),
        # what an account was opened with, which is no entry
        (
            "!Account\nNChecking\n^\n!Type:Bank\nD1/1'24\nT100\nPOpening Balance\nL[Checking]\n^\nD1/31'24\nT-5\nPShop\n^\n",
            ["The balance that the account was opened with, not an entry.", "2024-01-31 -5 Checking Shop", "opening 2024-01-01 100"],
        ),
        # the same in another language, in a file that says how days are written
        (
            "!Option:DMY\n!Account\nNGiro\nTBank\n^\n!Type:Bank \nD1/2/24\nT100\nPEröffnungssaldo\nL[Giro]\n^\nD2/3/24\nT-5\nPShop\n^\n"
            "D2/3/24\nT9\nPKorrektur\nL[Giro]\n^\n",
            [
                "The balance that the account was opened with, not an entry.", "2024-03-02 -5 Giro Shop",
                "2024-03-02 9 Giro Korrektur Transfer with Giro", "opening 2024-02-01 100",
            ],
        ),
        ("!Type:Invst\nD31/1/24\nYACME\n^\n", ["An entry of a portfolio: investments are not imported."]),
        ("!Type:Port\nD31/1/24\nNBuy\nT5\n^\n", ["Buy of a portfolio: investments are not imported."]),
        # the same where the account has no name elsewhere, and days with a mark before the whole year
        (
            "!Type:Banque\nD03/01'2004\nT-30\nPSolde initial\nL[Joint]\n^\nD13/01'2004\nT-5\nPA&amp;B    Co\nMone\nMtwo\n"
            "L[Joint]\n^\nD14/ 1'94\nT1\n^\n",
            [
                "The balance that the account was opened with, not an entry.", "2004-01-13 -5 A&B Co one two Transfer with Joint",
                "1994-01-14 1",
                "opening 2004-01-03 -30",
            ],
        ),
        # cut off within an amount, within a text
        (
            "!Type:Bank\nD1/31/2024\nPShop\nT-12",
            ["The file ends within this entry.", "The last record has no end (^); the file may have been cut off."],
        ),
        (
            "!Type:Bank\nD1/31/2024\nT-12\nPSho",
            ["2024-01-31 -12 Sho", "The last record has no end (^); the file may have been cut off."],
        ),
        ("!Type:Bank\n", []),
        # a card has no checks
        ("!Type:CCard\nD31/01/2024\nN20240131\nT-12\nPShop\n^\n", ["2024-01-31 -12 Shop"]),
        ("!type:bank\nd31/1/2024\nt5\npAnn\n^\n", ["2024-01-31 5 Ann"]),
        # a section in another language, lists that have descriptions or days; a split with a line that was left empty
        (
            "!Type:Cat\nNFood\nDBread\nT\n^\n!Type:Memorised\nD31.1.2024\nT-9\n^\n!Type:KKrd\nD31.1.2024\nT-5,00\nL/Trip\nSFood\n$-5,00\nS\n$0,00"
            "\n^\n",
            ["2024-01-31 -5.00 Split: Food -5,00", "The list !Type:cat is not imported.", "The list !Type:memorised is not imported."],
        ),
        # days where the memo belongs
        ("!Type:Bank\nM01/31/2024\nT-5\nPShop\n^\n", ["2024-01-31 -5 Shop"]),
        # the name of the only section left out
        ("D31/01/2024\nT-5\nPShop\n^\nD30/01/2024\nT7\nPAnn\n^\n", ["2024-01-31 -5 Shop", "2024-01-30 7 Ann"]),
        ("!Type:Bank\nMIn January\nT-5\nPShop\n^\n", ["The record has no day."]),
    ],
)  # fmt: skip
def test_qif_of_other_programs(text: str, read: list[str], tmp_path: Path) -> None:
    assert shown(tmp_path, text) == read


def camt(entries: str, version: str = "053.001.08", kind: str = "Stmt") -> str:
    root = {"Stmt": "BkToCstmrStmt", "Rpt": "BkToCstmrAcctRpt"}[kind]
    return (
        (
            f'<?xml version="1.0"?><n:Document xmlns:n="urn:iso:std:iso:20022:tech:xsd:camt.{version}"><n:{root}><n:{kind}><n:Id>1</n:Id>'
            f"<n:Acct><n:Id><n:IBAN>CH9300762011623852957</n:IBAN></n:Id><n:Ccy>CHF</n:Ccy></n:Acct>{entries}</n:{kind}></n:{root}></n:Document>"
        )
        .replace("<_", "<n:")
        .replace("</_", "</n:")
    )


def entry(
    amount: str, sign: str, inside: str = "", status: str = "<_Cd>BOOK</_Cd>", day: str = "<_Dt>2024-01-31</_Dt>"
) -> str:
    return (
        f'<_Ntry><_Amt Ccy="CHF">{amount}</_Amt><_CdtDbtInd>{sign}</_CdtDbtInd><_Sts>{status}</_Sts><_BookgDt>{day}</_BookgDt>'
        f"{inside}</_Ntry>"
    )


def camt_balance(kind: str, amount: str, day: str, sub: str = "") -> str:
    return (
        f'<_Bal><_Tp><_CdOrPrtry><_Cd>{kind}</_Cd></_CdOrPrtry>{sub}</_Tp><_Amt Ccy="CHF">{amount}</_Amt><_CdtDbtInd>CRDT</_CdtDbtInd>'
        f"<_Dt><_Dt>{day}</_Dt></_Dt></_Bal>"
    )


def test_camt_with_a_batch_a_reversal_and_what_is_pending(tmp_path: Path) -> None:
    def part(amount: str, name: str, ref: str) -> str:
        return (
            f'<_TxDtls><_Refs><_AcctSvcrRef>{ref}</_AcctSvcrRef></_Refs><_Amt Ccy="CHF">{amount}</_Amt><_CdtDbtInd>CRDT</_CdtDbtInd>'
            f"<_RltdPties><_Dbtr><_Pty><_Nm>{name}</_Nm></_Pty></_Dbtr></_RltdPties>"
            f"<_RmtInf><_Strd><_CdtrRefInf><_Ref>2100{ref}</_Ref></_CdtrRefInf></_Strd></_RmtInf></_TxDtls>"
        )

    batch = (
        f"<_AcctSvcrRef>B1</_AcctSvcrRef><_NtryDtls>{part('10.00', 'Ann', '1')}{part('20.50', 'Ben', '2')}</_NtryDtls>"
    )
    foreign = (
        '<_NtryDtls><_TxDtls><_AmtDtls><_InstdAmt><_Amt Ccy="EUR">90.00</_Amt></_InstdAmt></_AmtDtls><_RltdPties><_Cdtr><_Nm>Shop &amp; Co'
        "</_Nm></_Cdtr></_RltdPties><_RmtInf><_Ustrd>one</_Ustrd><_Ustrd>two</_Ustrd></_RmtInf></_TxDtls></_NtryDtls>"
    )
    text = camt(
        '<_Bal><_Tp><_CdOrPrtry><_Cd>CLBD</_Cd></_CdOrPrtry></_Tp><_Amt Ccy="CHF">5.00</_Amt><_CdtDbtInd>DBIT</_CdtDbtInd><_Dt>'
        "<_Dt>2024-01-31</_Dt></_Dt></_Bal>"
        + entry("30.50", "CRDT", batch)
        + entry("95.25", "DBIT", foreign, day="<_DtTm>2024-01-31T23:30:00-05:00</_DtTm>")
        + entry("7.00", "CRDT", "<_RvslInd>true</_RvslInd><_AddtlNtryInf>Storno</_AddtlNtryInf>", "BOOK")
        + entry("8.00", "DBIT", status="PDNG")
        + entry("9.00", "DBIT", status="<_Cd>INFO</_Cd>")
        + entry("lots", "DBIT")
        + entry("1.00", "DBIT", day="<_Dt>2024-13-01</_Dt>")
    )
    reading, lines = read_text(tmp_path, text)
    assert amounts(lines) == [10, Decimal("20.5"), Decimal("-95.25"), 7, -8]
    assert [(line.payer, line.external_id, line.description) for line in lines[:2]] == [
        ("Ann", "1", "21001"),
        ("Ben", "2", "21002"),
    ]
    assert (lines[2].payer, lines[2].description, lines[2].original_amount, lines[2].original_currency) == (
        "Shop & Co", "one two", Decimal(90), "EUR",
    )  # fmt: skip
    assert (
        days(lines)[2] == "2024-01-31"
        and lines[3].description == "Storno"
        and lines[4].is_pending
        and lines[5].left_out
    )
    assert "Amt" in (lines[6].error or "") and "day" in (lines[7].error or "")
    assert [each.amount for each in reading.balances] == [-5] and reading.accounts == ["CH9300762011623852957"]
    assert amounts(read_text(tmp_path, camt(entry("1", "CRDT", status="BOOK"), "052.001.02", "Rpt"))[1]) == [1]


def test_camt_that_leaves_something_out(tmp_path: Path) -> None:
    parts = '<_NtryDtls><_TxDtls><_Amt Ccy="CHF">10</_Amt></_TxDtls><_TxDtls><_Amt Ccy="CHF">15</_Amt></_TxDtls></_NtryDtls>'
    text = camt(
        camt_balance("OPBD", "5", "2024-01-01")
        + camt_balance("ITBD", "6", "2024-01-02")
        + camt_balance("CLBD", "7", "2024-13-01")
        + camt_balance("CLBD", "lots", "2024-01-31")
        + entry("30", "DBIT", parts)
        + entry("30", "DBIT", f"{parts}<_AddtlNtryInf>Wages</_AddtlNtryInf>")
        + entry("7", "SIDEWAYS")
        # what is no part of the statement itself, whatever it is called
        + entry("5", "CRDT", '<_SplmtryData><_Envlp><_Ntry><_Amt Ccy="CHF">1</_Amt></_Ntry></_Envlp></_SplmtryData>')
    )
    known = "CHF CH9300762011623852957"
    assert shown(tmp_path, text) == [
        f"2024-01-31 -30 {known} 2 payments", f"2024-01-31 -30 {known} Wages", "The entry does not say credit or debit (CdtDbtInd).",
        f"2024-01-31 5 {known}", "opening 2024-01-01 5", "The balance CLBD can't be read.", "The balance CLBD can't be read.",
    ]  # fmt: skip


def test_camt_of_what_comes_back_and_of_a_batch_in_other_money(tmp_path: Path) -> None:
    parties = "<_RltdPties><_Dbtr><_Nm>Ada</_Nm></_Dbtr><_Cdtr><_Nm>Shop</_Nm></_Cdtr></_RltdPties>"
    back = f'<_TxDtls><_Amt Ccy="CHF">1</_Amt>{parties}</_TxDtls>'
    part = '<_TxDtls><_AmtDtls><_TxAmt><_Amt Ccy="USD">10</_Amt></_TxAmt></_AmtDtls></_TxDtls>'
    text = camt(
        entry("7", "CRDT", f"<_RvslInd>true</_RvslInd><_NtryDtls><_TxDtls>{parties}</_TxDtls></_NtryDtls>")
        + entry("8", "CRDT", f"<_NtryDtls><_TxDtls>{parties}<_RtrInf/></_TxDtls></_NtryDtls>")
        + entry("9", "CRDT", f"<_NtryDtls><_TxDtls>{parties}</_TxDtls></_NtryDtls>")
        + entry("18", "DBIT", f"<_NtryDtls>{part}{part}</_NtryDtls>")
        + entry("2", "CRDT", f"<_RvslInd>true</_RvslInd><_NtryDtls>{back}{back}</_NtryDtls>")
    )
    _, lines = read_text(tmp_path, text)
    assert amounts(lines) == [7, 8, 9, -18, 1, 1]
    assert [line.payer for line in lines] == ["Shop", "Shop", "Ada", None, "Shop", "Shop"]
    assert lines[3].original_amount is None


def test_camt_of_a_batch_whose_parts_have_the_number_of_the_whole(tmp_path: Path) -> None:
    part = '<_TxDtls><_Refs><_AcctSvcrRef>B1</_AcctSvcrRef></_Refs><_Amt Ccy="CHF">10</_Amt></_TxDtls>'
    _, lines = read_text(
        tmp_path, camt(entry("20", "CRDT", f"<_AcctSvcrRef>B1</_AcctSvcrRef><_NtryDtls>{part}{part}</_NtryDtls>"))
    )
    assert amounts(lines) == [10, 10] and [line.external_id for line in lines] == ["B1/1", "B1/2"]


def detail(inside: str) -> str:
    return f"<_NtryDtls><_TxDtls>{inside}</_TxDtls></_NtryDtls>"


PAGE = "<_SubTp><_Cd>INTM</_Cd></_SubTp>"
BIG = '<_AmtDtls><_TxAmt><_Amt Ccy="USD">{}</_Amt></_TxAmt><_CntrValAmt><_Amt Ccy="CHF">{}</_Amt></_CntrValAmt></_AmtDtls>'


@pytest.mark.parametrize(
    ("entries", "read"),
    [
        # a statement that does not add up, what is pending left aside; a page of several, whose end is no balance of a day
        (
            camt_balance("PRCD", "10.000000001", "2024-01-30") + camt_balance("CLBD", "9", "2024-01-31") + entry("2", "DBIT") + entry("5",
            "DBIT", status="PDNG"),
            [
                "2024-01-31 -2 CHF", "2024-01-31 -5 CHF pending", "opening 2024-01-30 10", "closing 2024-01-31 9",
                "The opening balance 10 and the entries come to 8, the closing balance says 9.",
            ],
        ),
        (
            camt_balance("OPBD", "10", "2024-01-30") + camt_balance("CLBD", "8", "2024-01-31", PAGE) + entry("2", "DBIT"),
            ["2024-01-31 -2 CHF", "opening 2024-01-30 10"],
        ),
        # signs that are said twice, a state that nobody knows, numbers that are none
        (
            entry("-5", "DBIT") + entry("5,00", "DBIT") + entry("5", "DBIT", status="<_Prtry>RJCT</_Prtry>")
            + entry("5", "DBIT", "<_AcctSvcrRef>NONREF</_AcctSvcrRef>"),
            [
                "'-5' is no amount without a sign (Amt).", "'5,00' is no amount without a sign (Amt).",
                "The entry is neither booked nor pending, but 'RJCT'.", "2024-01-31 -5 CHF",
            ],
        ),
        (entry("5", "DBIT", "<_AcctSvcrRef>4711</_AcctSvcrRef>") * 3, ["2024-01-31 -5 CHF"] * 3),
        # what moved on the account, where the entry says what was ordered; a batch in other money; charges; a batch without its parts
        (
            entry("20", "DBIT", detail(BIG.format(20, "18.20"))).replace('"CHF">20', '"USD">20')
            + entry("30", "DBIT", f"<_NtryDtls><_TxDtls>{BIG.format(11, 10)}</_TxDtls><_TxDtls>{BIG.format(22, 20)}</_TxDtls></_NtryDtls>")
            + entry("103", "DBIT", '<_Chrgs><_TtlChrgsAndTaxAmt Ccy="CHF">3.00</_TtlChrgsAndTaxAmt></_Chrgs>')
            + entry("9", "DBIT", "<_NtryDtls><_Btch><_NbOfTxs>12</_NbOfTxs></_Btch></_NtryDtls>"),
            [
                "2024-01-31 -18.20 CHF", "2024-01-31 -10 CHF", "2024-01-31 -20 CHF", "2024-01-31 -103 CHF Charges 3.00 CHF",
                "2024-01-31 -9 CHF 12 payments",
            ],
        ),
        # a payment in two parts, of which one has all of the amount
        (
            entry("7", "DBIT", "<_NtryDtls><_TxDtls/></_NtryDtls>" + detail(f"{BIG.format(7, 7)}<_AddtlTxInf>Tariff</_AddtlTxInf>")),
            ["2024-01-31 -7 CHF Tariff"],
        ),
        # the owner of the account is nobody that they paid; a bank as the other side; the number of an invoice
        (
            entry("5", "CRDT", detail("<_RltdPties><_Cdtr><_Nm>Ada</_Nm></_Cdtr></_RltdPties>"))
            + entry("6",
            "DBIT", detail("<_RltdPties><_Cdtr><_Agt><_FinInstnId><_Nm>A Bank</_Nm></_FinInstnId></_Agt></_Cdtr></_RltdPties>"))
            + entry("7", "DBIT", detail("<_RmtInf><_Strd><_RfrdDocInf><_Nb>R 7</_Nb></_RfrdDocInf></_Strd></_RmtInf>")),
            ["2024-01-31 5 CHF", "2024-01-31 -6 CHF A Bank", "2024-01-31 -7 CHF R 7"],
        ),
        # words for what is not known; a separator that XML can't have; an amount with many noughts before it
        (
            entry("5", "CRDT", detail("<_RltdPties><_Dbtr><_Nm>NOTPROVIDED</_Nm></_Dbtr></_RltdPties><_RmtInf><_Ustrd>NOTPROVIDED</_Ustrd>"
            "</_RmtInf>") + "<_AddtlNtryInf>QR\x1ebill</_AddtlNtryInf>") + entry("000000000000000149.87", "DBIT"),
            ["2024-01-31 5 CHF QR bill", "2024-01-31 -149.87 CHF"],
        ),
        # entries without a day in a statement of one day, by what it says of itself or by its balances, and in one of several
        (
            "<_FrToDt><_FrDtTm>2024-01-30T00:00:00</_FrDtTm><_ToDtTm>2024-01-30T23:59:59</_ToDtTm></_FrToDt>" + entry("5", "DBIT", day=""),
            ["2024-01-30 -5 CHF"],
        ),
        (
            camt_balance("OPBD", "7", "2024-01-29") + camt_balance("CLBD", "2", "2024-01-29") + entry("5", "DBIT", day=""),
            ["2024-01-29 -5 CHF", "opening 2024-01-29 7", "closing 2024-01-29 2"],
        ),
        (
            camt_balance("OPBD", "7", "2024-01-29").replace("_Cd>", "_Prtry>") + camt_balance("CLBD", "2", "2024-01-30")
            + entry("5", "DBIT", day=""),
            ["The entry has no day (BookgDt or ValDt).", "opening 2024-01-29 7", "closing 2024-01-30 2"],
        ),
    ],
)  # fmt: skip
def test_camt_of_other_banks(entries: str, read: list[str], tmp_path: Path) -> None:
    text = camt(entries).replace("</n:Acct>", "<n:Ownr><n:Nm>Ada</n:Nm></n:Ownr></n:Acct>")
    assert [line.replace(" CH9300762011623852957", "") for line in shown(tmp_path, text)] == read


def test_camt_with_the_amount_in_another_currency(tmp_path: Path) -> None:
    ordered = '<_AmtDtls><_InstdAmt><_Amt Ccy="USD">20</_Amt></_InstdAmt></_AmtDtls>'
    text = entry("18", "DBIT", ordered) + entry("20", "DBIT", detail(BIG.format(20, 18))).replace(
        '"CHF">20', '"USD">20'
    )
    _, lines = read_text(tmp_path, camt(text))
    assert [(line.amount, line.currency, line.original_amount, line.original_currency) for line in lines] == [
        (Decimal(-18), "CHF", Decimal(20), "USD")
    ] * 2


def test_camt_with_pockets_and_balances_of_north_america(tmp_path: Path) -> None:
    balances = camt_balance("015", "4", "2024-01-30") + camt_balance("010", "7", "2024-01-30")
    pocket = camt(balances.replace("_Cd>", "_Prtry>") + entry("3", "DBIT"))
    statement = pocket[pocket.index("<n:Stmt>") : pocket.index("</n:BkTo")]
    reading, lines = read_text(tmp_path, pocket.replace(statement, statement + statement.replace("CHF", "USD")))
    assert reading.accounts == ["CH9300762011623852957", "CH9300762011623852957 USD"]
    assert [(line.account, line.currency) for line in lines] == list(zip(reading.accounts, ["CHF", "USD"], strict=True))
    # a balance that has the entry is of its day
    assert [f"{each.booked_on} {each.amount} {each.is_opening}" for each in reading.balances] == [
        "2024-01-31 4 False", "2024-01-30 7 True",
    ] * 2  # fmt: skip


def test_camt_whose_account_names_no_currency(tmp_path: Path) -> None:
    text = camt_balance("OPBD", "0", "2024-01-31") + entry("20", "DBIT", detail(BIG.format(20, 18))).replace(
        '"CHF">20', '"USD">20'
    )
    _, lines = read_text(tmp_path, camt(text).replace("<n:Ccy>CHF</n:Ccy>", ""))
    assert [(line.amount, line.currency, line.original_amount) for line in lines] == [
        (Decimal(-18), "CHF", Decimal(20))
    ]


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("UTF-8", "cp1252"), ("ISO-8859-1", "utf-8"), ("ISO-8859-1", "latin-1"), ("UTF-8", "utf-16"), ("UTF-16", "utf-8"), ("UTF-8",
    "utf-8-sig")],
)  # fmt: skip
def test_camt_that_says_another_encoding_than_it_has(declared: str, encoding: str, tmp_path: Path) -> None:
    text = camt(entry("5", "DBIT", "<_AddtlNtryInf>Müller, Käse</_AddtlNtryInf>"))
    text = text.replace(
        '<?xml version="1.0"?>',
        f'\n<?xml version="1.0" encoding="{declared}"?>'.lstrip("\n" if "utf" in encoding else ""),
    )
    assert [line.description for line in read_text(tmp_path, text.encode(encoding))[1]] == ["Müller, Käse"]


def test_camt_in_an_encoding_that_libxml_does_not_know(tmp_path: Path) -> None:
    text = camt(entry("5", "DBIT", "<_AddtlNtryInf>Zakup śliwek, Żabka, Łódź</_AddtlNtryInf>"))
    assert [line.description for line in read_text(tmp_path, text.encode("cp852"))[1]] == ["Zakup śliwek, Żabka, Łódź"]


def test_mt940_with_the_oddities_of_61(tmp_path: Path) -> None:
    text = (
        "{1:F01BANKDEFFXXXX0000000000}{2:I940BANKDEFFXXXXN}{4:\r\n:20:A\r\n:25:DE12\r\n:28C:1/1\r\n:60F:C231230EUR1000,\r\n"
        ":61:2312310102D10,NMSCNONREF//B1\r\n:86:105?00KARTE?20EREF+E1?21SVWZ+Danke fuer\r\n?22 den Einkauf?32Markt?33halle\r\n"
        ":61:240102RC5,00NTRFNONREF\r\n:61:2401020102RDR6,NTRFREF 1\r\n:86:"
        + "long " * 12
        + "line12\r\n34 goes on\r\n:61:240103C,75FCHK12\r\n:61:240104EC100,NTRFSOON\r\n:61:24010\r\n:62F:C240103EUR991,75\r\n-}\r\n"
    )
    reading, lines = read_text(tmp_path, text)
    assert [line.amount for line in lines[:5]] == [-10, -5, 6, Decimal("0.75"), 100]
    assert (
        days(lines)[:2] == ["2024-01-02", "2024-01-02"]
        and lines[4].is_pending
        and "can't be read" in (lines[5].error or "")
    )
    assert (lines[0].payer, lines[0].description, lines[0].external_id) == (
        "Markt halle",
        "Danke fuer den Einkauf",
        "B1",
    )
    assert lines[2].description == "long " * 12 + "line1234 goes on"
    assert lines[3].payment_type == "check" and {line.account for line in lines} == {"DE12"}
    assert [(each.amount, each.is_opening) for each in reading.balances] == [(1000, True), (Decimal("991.75"), False)]


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        # a point for the decimal sign, 30 February as interest counts it, and days of which only one is sound
        (
            ":25:DE12\n:60F:C240101EUR10.50\n:61:2402300302D1.50NMSC\n:61:240230D1,NMSC\n:61:2402301399D2,NMSC\n"
            ":61:2413010102C3'000,NTRF\n:62F:C240302EUR3006.",
            [
                "2024-03-02 -1.50 EUR DE12", "2024-02-29 -1.0 EUR DE12", "2024-02-29 -2.0 EUR DE12", "2025-01-02 3000.0 EUR DE12",
                "opening 2024-01-01 10.50", "closing 2024-03-02 3006.0",
            ],
        ),
        # what can't be read is said, and then sums are not compared
        (
            ":60F:C240101EUR10,\n:61:241301C2,NTRF\n:61:240102C1,2,3NTRF\n:62F:D240399EUR1,\n:62F:C240301EUR,\n:62F:1\n"
            ":62F:C240302EUR9,5",
            [
                "'241301' is no day.", "'1,2,3' is no amount.", "opening 2024-01-01 10.0", "closing 2024-03-02 9.5",
                "The balance :62F: can't be read: D240399EUR1,", "The balance :62F: can't be read: C240301EUR,",
                "The balance :62F: can't be read: 1",
            ],
        ),
        (
            ":60M:C240101EUR10,\n:61:240102C1,NTRF\n:62M:C240102EUR12,\n",
            [
                "2024-01-02 1.0 EUR", "opening 2024-01-01 10.0", "closing 2024-01-02 12.0",
                "The opening balance 10.0 and the entries come to 11.0, the closing balance says 12.0.",
            ],
        ),
        (":62F:1\n" * 60, ["The balance :62F: can't be read: 1"] * 50),
        # parts of SEPA right after the last letter of the sub-field before; a report during the day names the currency elsewhere
        (
            ":34F:EURD0,\n:61:240102D1,NMSC\n:86:105?00LASTSCHRIFT?20EREF+NOTPROVIDED?21SVWZ+Beitrag?22 Mai?32Verein",
            ["2024-01-02 -1.0 EUR Verein Beitrag Mai"],
        ),
        # both signs; a word beside several entries is no id; no closing balance
        (
            ":60F:C240101EUR10,\n:61:240102D1,234.50NMSC//POS\n:61:240102D1.234,5NMSC//POS\n:86:x",
            [
                "2024-01-02 -1234.50 EUR", "2024-01-02 -1234.5 EUR x", "opening 2024-01-01 10.0",
                "The statement has no closing balance (:62F:) below its entries; it may have been cut off.",
            ],
        ),
        # wrapped in the middle of an entry, and after the colon of a tag
        (":61:24123101\n02D3,NMSC\n:\n86:Rent", ["2025-01-02 -3.0 Rent"]),
    ],
)  # fmt: skip
def test_mt940_of_careless_banks(fields: str, read: list[str], tmp_path: Path) -> None:
    assert shown(tmp_path, f":20:A\n{fields}") == read


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        # a kind of the bank's own, none at all, a space before the amount
        (
            ":25P:GB12\nBANKGB2L\n:60F:C240101GBP10,\n:61:2401020102D0,42MCI0NONREF//B1\n:61:240102CN20,00//B2\n:86:Pay\n"
            ":61:240102D 1,NTRFX\n"
            ":62F:C240102GBP28,58",
            [
                "2024-01-02 -0.42 GBP GB12 #B1", "2024-01-02 20.00 GBP GB12 Pay #B2", "2024-01-02 -1.0 GBP GB12 X",
                "opening 2024-01-01 10.0",
                "closing 2024-01-02 28.58",
            ],
        ),
        # a field for each line, a time that was wrapped after its hour, a balance without its second colon, one of no day
        (
            ":60F:C000000EUR0,\n:61:240102C3,NMSCX\n:86:Ann\n:86:Kitty\n:61:240102C4,NMSCX\n"
            ":86:106?20SVWZ+Thanks for the shopping at the market?21"
            " on 01.01.2024 at 16\n:20:37 Ben?32Market\n:62FC240102EUR7,",
            [
                "2024-01-02 3.0 EUR Ann Kitty",
                "2024-01-02 4.0 EUR Market Thanks for the shopping at the market on 01.01.2024 at 16:20:37 Ben", "closing 2024-01-02 7.0",
                "The balance :60F: can't be read: C000000EUR0,",
            ],
        ),
        # pages of one statement: only the last one ends with a balance
        (
            ":25:1\n:60F:C240101CHF0,\n:61:240102C3,NMSCX\n:62M:C240102CHF3,\n-}{1:F01BANK}{4:\n:20:B\n:25:1\n:60M:C240102CHF3,\n"
            ":61:240102C4,NMSCX\n:62F:C240103CHF7,\n-}",
            ["2024-01-02 3.0 CHF 1 X", "2024-01-02 4.0 CHF 1 X", "opening 2024-01-01 0.0", "closing 2024-01-03 7.0"],
        ),
        # sub-fields on lines of their own, without a code before them, and of Poland, with the name and address among them
        (
            ":61:240102C1,NMSCX\n:86:229\n?00BONUS\n?20May\n?32Ann\n:61:240102C2,NMSCX\n:86:654801?00BONUS?20June?32Ann\n"
            ":61:240102C3,S020X\n:86:034~\n"
            "20Zakup ~21ÿ~27ANNA NOWAK~28MOSTOWA 1~\n32ANNA ~33NOWAK~38PL12\n:61:240102C4,S020X\n:86:020\n<00PRZELEW\n<20Czynsz\n"
            "<27ANNA NOWAK\n"
            "<28MOSTOWA 1\n:61:240102C5,NMSCX\n:86:5*10 eggs, 3*20 rolls",
            [
                "2024-01-02 1.0 Ann May", "2024-01-02 2.0 Ann June", "2024-01-02 3.0 ANNA NOWAK Zakup", "2024-01-02 4.0 ANNA NOWAK Czynsz",
                "2024-01-02 5.0 5*10 eggs, 3*20 rolls",
            ],
        ),
        # the other side in one part, a part alone, a reference in place of words, parts that say neither, and numbered lines
        (
            ":61:240102C1,NTRFX\n:86:/CNTP/NL71/ABNANL2A/Green BV///REMI/USTD\n//Nr. 7/\n:61:240102C2,NTRFX\n:86:/REMI/USTD//Only/\n"
            ":61:240102C3,NTRFX\n"
            ":86:/ORDP//NAME/Doe/REMI//CDTRREFTP//CD/SCOR/ISSR/CUR/CDTRREF/123\n:61:240102C4,NTRFX\n:86:/BENM/3000\n/BANK AD\n"
            ":61:240102C5,S   X\n"
            ":NS:02for May\n15Big Insurance\n16 Co",
            [
                "2024-01-02 1.0 Green BV Nr. 7", "2024-01-02 2.0 Only", "2024-01-02 3.0 Doe 123", "2024-01-02 4.0 /BENM/3000 /BANK AD",
                "2024-01-02 5.0 Big Insurance Co for May",
            ],
        ),
        # a name behind the reference, which is padded to its 16 places
        (
            ":61:240102D1,N0300123456789      Tom's Bakery  Delft\n:86:Card 14:23\n:61:240102D2,NMSCPayment for what I bought",
            ["2024-01-02 -1.0 Tom's Bakery Delft Card 14:23", "2024-01-02 -2.0 Payment for what I bought"],
        ),
        # sub-fields that are full go on in the next one, short ones ended; so do short lines within them
        (
            ":61:240102C1,NMSCX\n:86:051?00SALARY?20Salary of October?21Sample & Sons?22AUSLANDSEINSATZENTGELT FUER?23WARD\n"
            ":61:240102C2,NMSCX\n:86:>20Office in January>311234567890\n12>32SAMPLE GROUP\nROAD 3",
            [
                "2024-01-02 1.0 Salary of October Sample & Sons AUSLANDSEINSATZENTGELT FUERWARD",
                "2024-01-02 2.0 SAMPLE GROUP ROAD 3 Office in January",
            ],
        ),
        # in Bulgaria, each on a line, up to a plus at its end; longer than a full one; a purpose that is named twice
        (
            ":61:240102CN1,NTRFX\nTC15-TSC81\n:NS:190908+\n:86:020+15+\n20Text of sample 1+2 za,0400000001+\n2119.03 + 1+\n28+\n"
            "32Sample EOOD+\n33\n"
            ":61:240102C2,NTRFX\n:86:109?20SVWZ+Return of 1 May?21EREF+12?22SVWZ: RETURN, Energy",
            ["2024-01-02 1.0 Sample EOOD Text of sample 1+2 za,0400000001 19.03 + 1", "2024-01-02 2.0 Return of 1 May RETURN, Energy"],
        ),
        # lines that were never wrapped, or ended, among the parts; who ordered it without a word that says name
        (
            f":61:240102C1,NTRFX\n:86:/NAME/Shop/REMI/{'long ' * 12}name\n1.00 NZD\n:61:240102C2,NTRFX\n:86: /XX//1009\n /ORDP/SAMPLE AB\n"
            f" /REMI/TRANSFER OUR REF: 12\nYOUR REF: 34\n:61:240102C3,NTRFX\n:86:{'long ' * 13}name\n1.00 NZD",
            [
                f"2024-01-02 1.0 Shop {'long ' * 12}name 1.00 NZD", "2024-01-02 2.0 SAMPLE AB TRANSFER OUR REF: 12 YOUR REF: 34",
                f"2024-01-02 3.0 {'long ' * 13}name 1.00 NZD",
            ],
        ),
        # a file that is cut off within an amount
        (
            ":60F:C240101EUR0,\n:61:2401020102D1",
            [
                "The file ends within this entry.", "opening 2024-01-01 0.0",
                "The statement has no closing balance (:62F:) below its entries; it may have been cut off.",
            ],
        ),
        (":61:", ["The file ends within this entry."]),
        # spaces in place of a day of booking; a name that fills its 27 places and goes on, and one that ends before
        (
            ":61:240102    D1,NMSCX\n:86:105?20Rent?32Sample Brothers and Sisters?33hip Ltd\n:61:240102D2,NMSCX\n:86:105?20Card?32Ann Doe"
            "?33Prague",
            ["2024-01-02 -1.0 Sample Brothers and Sistership Ltd Rent", "2024-01-02 -2.0 Ann Doe Prague Card"],
        ),
        # within a balance: one that closes nothing, one with which the entries don't agree
        (
            ":62F:C240101EUR1,\n:20:B\n:60F:C240101EUR2",
            ["closing 2024-01-01 1.0", "The file ends within a balance; it may have been cut off."],
        ),
        (
            ":60F:C240101EUR10,\n:61:240102C1,NMSCX\n:62F:C240102EUR1",
            [
                "2024-01-02 1.0 EUR X", "opening 2024-01-01 10.0",
                "The opening balance 10.0 and the entries come to 11.0, the closing balance says 1.0.",
                "The file ends within a balance; it may have been cut off.",
            ],
        ),
    ],
)  # fmt: skip
def test_mt940_of_other_banks(fields: str, read: list[str], tmp_path: Path) -> None:
    assert shown(tmp_path, f":20:A\n{fields}") == read


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp850"])
def test_mt940_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    text = ":20:A\n:25:DE12\n:61:240102D1,NMSCX\n:86:Käse für Müller\n:62F:C240102EUR1,\n"
    assert [line.description for line in read_text(tmp_path, text.encode(encoding))[1]] == ["Käse für Müller"]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\r\r\n", "@@"])
def test_mt940_with_any_line_ends(end: str, tmp_path: Path) -> None:
    text = "{1:F01BANKDEFFXXXX}{2:I940BANKDEFFXXXXN}{4:\n:20:A\n:25:12\n:61:240102D1,NMSCX\n:86:Rent of\nMay\n:62F:C240102EUR1,\n-}"
    assert shown(tmp_path, text.replace("\n", end)) == ["2024-01-02 -1.0 12 Rent of May", "closing 2024-01-02 1.0"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        # in capitals, with words of one letter, all of which Japan's encoding has, too; what is written in its half places
        ("ЗАПЛАТА ЗА МАЙ КНИГИ В ГРАДА", "cp1251"), ("ОПЛАТА ПО ДОГОВОРУ С БАНКОМ", "cp1251"),  # noqa: RUF001
        ("Η ΕΤΑΙΡΕΙΑ ΜΑΣ", "cp1253"), ("ｺﾝﾋﾞﾆ ﾌｧﾐﾘｰﾏｰﾄ", "cp932"), ("Rendez-vous à Paris à 8 h", "cp1252"),  # noqa: RUF001
    ],
)  # fmt: skip
def test_mt940_in_capitals_of_other_alphabets(text: str, encoding: str, tmp_path: Path) -> None:
    fields = f":20:A\n:25:12\n:61:240102D1,NMSCX\n:86:{text}\n:62F:C240102EUR1,\n"
    assert [line.description for line in read_text(tmp_path, fields.encode(encoding))[1]] == [text]


def test_mt940_with_what_was_sent_in_another_currency(tmp_path: Path) -> None:
    text = (
        ":20:A\n:25:1\n:60F:C240101HKD9,\n:61:240102D8,NTRFX//B1\n/OCMT/USD1,02/\n:61:240102C8,NTRFX\n"
        ":86:/ORDP//NAME/Ann/REMI/Rent/RCMT/EUR 13,\n40\n:62F:C240102HKD9,"
    )
    _, lines = read_text(tmp_path, text)
    assert [(line.original_amount, line.original_currency) for line in lines] == [
        (Decimal("1.02"), "USD"),
        (Decimal("13.40"), "EUR"),
    ]


def workbook(rows: list[list[object]], **other: list[list[object]]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for name, more in other.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_xlsx_days_and_floats_come_back_as_they_are_shown(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Konto", "DE12"],
        [],
        ["Buchungstag", "Text", "Betrag", "Saldo"],
        [dt.date(2024, 1, 31), "=1+1 is a text", 0.1 + 0.2, 100.3],
        [dt.datetime(2024, 1, 30, 23, 59), "two", -1234.56, 100],
        ["29.01.2024", "three", "-7,50", "1.334,56"],
    ]
    rows[3][1] = "text"
    reading, lines = read_text(tmp_path, workbook(rows, Notes=[["hello"]]))
    assert amounts(lines) == [Decimal("0.3"), Decimal("-1234.56"), Decimal("-7.5")]
    assert days(lines) == ["2024-01-31", "2024-01-30", "2024-01-29"] and reading.mapping["sheet"] == "Sheet"
    assert any("Notes" in note.message for note in reading.notes)
    with pytest.raises(StatementError, match="no sheet 'None'"):
        read_text(tmp_path, workbook(rows), sheet="None")


def test_xlsx_finds_its_sheet_and_keeps_odd_cells_as_texts(tmp_path: Path) -> None:
    header: list[object] = ["Date", "Text", "Amount"]
    day = dt.date(2024, 1, 31)
    content = workbook(
        [["Contents"]],
        Entries=[
            header, [day, True, 1], [day, dt.time(12, 30), 2], [day, dt.timedelta(hours=30), 3], [day, "x", day], [day, "y", 0],
            [20240131, "z", 4],
        ],
    )  # fmt: skip
    assert shown(tmp_path, content) == [
        "2024-01-31 1 True", "2024-01-31 2 12:30:00", "2024-01-31 3 1 day, 6:00:00",
        "'2024-01-31' is no amount with the decimal sign '.'.", "2024-01-31 0 y", "2024-01-31 4 z",
        "No amount is below zero, so all are taken as money in; correct inverse where that is wrong.",
        "Sheet 'Sheet' is not read; name it as mapping.sheet for that.",
    ]  # fmt: skip


def test_xlsx_with_days_that_are_numbers_and_headings_in_two_rows(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Date", "Text", "Amount"], [45322, "x", -5.5], [45323.75, "y", 21000]]
    assert shown(tmp_path, workbook(rows)) == ["2024-01-31 -5.5 x", "2024-02-01 21000 y"]
    rows = [
        ["Date", "Text", "Amount", None, "Balance"],
        [None, None, "Out", "In"],
        ["31.01.2024", "x", 5, None, 4],
        ["31.01.2024", "y", None, 6, 10],
    ]
    assert shown(tmp_path, workbook(rows)) == [
        "2024-01-31 -5 x", "2024-01-31 6 y", "closing 2024-01-31 10", "opening 2024-01-31 9",
    ]  # fmt: skip


def test_xlsx_of_several_kinds_of_sheets_and_days(tmp_path: Path) -> None:
    entries: list[list[object]] = [["Date", "Text", "Amount"], [dt.date(2024, 5, 1), "x", -5.5], ["13/01/2024", "y", 7]]
    assert shown(tmp_path, workbook([["As of", dt.date(2024, 2, 1), 9.5]], Entries=entries)) == [
        "2024-05-01 -5.5 x", "2024-01-13 7 y",
        "Days up to the 12th are dates in the workbook, later ones texts: a spreadsheet has perhaps taken their day for the month. Look "
        "whether they are right.",
        "Sheet 'Sheet' is not read; name it as mapping.sheet for that.",
    ]  # fmt: skip
    rows: list[list[object]] = [["transactiondate", "amount", "description"], [20240131, -5.5, "x"], [20240131, 7, "y"]]
    assert shown(tmp_path, workbook(rows)) == ["2024-01-31 -5.5 x", "2024-01-31 7 y"]


def packed(files: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file.getvalue()


def test_an_archive_is_read_as_the_statements_in_it(tmp_path: Path) -> None:
    again = camt(
        camt_balance("OPBD", "5", "2024-01-31") + camt_balance("CLBD", "2", "2024-01-31") + entry("4", "DBIT", day="")
    )
    files = {
        "2.xml": again.replace("CH93", "CH94"), "__MACOSX/._2.xml": "\0", "days/": "", "days/1.sta": ":20:A\n:25:12\n:61:240102D1,NMSCX\n",
        "days/read me.pdf": "%PDF-1.7",
    }  # fmt: skip
    reading, lines = read_text(tmp_path, packed(files))
    assert [in_short(line) for line in lines] == ["2024-01-31 -4 CHF CH9400762011623852957", "2024-01-02 -1.0 12 X"]
    assert reading.accounts == ["CH9400762011623852957", "12"] and [each.amount for each in reading.balances] == [5, 2]
    assert [note.message for note in reading.notes] == [
        "read me.pdf is not read: The file is a PDF; download the statement as CSV, OFX, CAMT or MT940 instead.",
        "2.xml: The opening balance 5 and the entries come to 1, the closing balance says 2.",
    ]


def test_an_archive_of_one_table_is_the_table(tmp_path: Path) -> None:
    reading, lines = read_text(tmp_path, packed({"a.csv": "Date;Amount\n2024-01-31;5,00\n"}), decimal=",")
    assert reading.format == "csv" and amounts(lines) == [5]


def zipped(*names: str, flags: int = 0) -> bytes:
    """An archive with these files, which have nothing in them."""
    content = bytearray(packed(dict.fromkeys(names, "")))
    content[content.rfind(b"PK\x01\x02") + 8] |= flags
    return bytes(content)


@pytest.mark.parametrize(
    ("text", "mapping", "said"),
    [
        ('<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + camt(entry("&b;", "CRDT"))[21:], {}, "DOCTYPE"),
        ('<?xml version="1.0"?><!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">' + camt(entry("1", "CRDT"))[21:], {}, "DOCTYPE"),
        ('<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + camt(entry("&x;", "CRDT"))[21:], {}, "DOCTYPE"),
        (camt(entry("1", "CRDT"))[:-20], {}, "malformed"),
        ("<a>" * 5000, {}, "malformed"),
        ('<?xml version="1.0"?><Document><BkToCstmrDbtCdtNtfctn><Ntfctn/></BkToCstmrDbtCdtNtfctn></Document>', {}, "camt.054"),
        ("<OFX><LOANSTMTRS></LOANSTMTRS></OFX>", {}, r"the statement of a loan \(LOANSTMTRS\), which is not read"),
        ("<html><body>Log in</body></html>", {}, "web page"),
        ("!Option:AutoSwitch\n!Account\nNSavings\n^\n", {}, "no section such as !Type:Bank"),
        ("!Type:Bank\nD1/2/24\nT1\n", {"date_order": "ydm"}, "date_order is one of ymd, dmy, mdy"),
        ("!Type:Bank\nD1/2/24\nT1\n", {"decimal": ";"}, "decimal a point or a comma"),
        (workbook([["nothing"]], More=[["here"]]), {}, "no line with a day and an amount"),
        ("01,122099999,123456789,040621,0200,1,65,,2/\n02,031001234,122099999,1,040620,2359,,2/\n", {}, "a BAI2 report; download"),
        ("0000018011830005        59501140  SAMPLE                    BANKBEBB   00412694022 00000\n12001BE", {}, "a CODA statement"),
        ("112100001234567890012201012201312000000001000009783SAMPLE SL\n22    0123", {}, "Norma 43"),
        ("0130004    00411EUR2 00010000121  311219\n", {}, "CFONB 120"),
        ("0740000000000123456SAMPLE              01012400000000100000+00000000150000+\n", {}, r"GPC \(ABO\)"),
        ("34100000         2123456780001990123456\n", {}, "a CNAB file"),
        ("1CClientBankExchange\n", {}, "exchange file of 1C"),
        ('[\n {"date": "2024-01-02", "amount": -12.5}]', {}, "JSON, which is for programs"),
        ("!TRNS\tTRNSID\tDATE\tACCNT\tAMOUNT\nTRNS\t\t7/16/1998\tChecking\t-1\n", {}, "IIF file of QuickBooks; export its accounts"),
        ('<?xml version="1.0"?>\n<gnc-v2 xmlns:gnc="gnc"><gnc:book/></gnc-v2>', {}, "a GnuCash book; export"),
        ('<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"/>', {}, r"an order of payments \(pain\)"),
        (
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', {},
            "spreadsheet of Excel 2003; save it as XLSX",
        ),
        (zipped("xl/"), {}, "no file in the archive"),
        (zipped("a.xml").replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xff"), {}, "no XLSX workbook"),
        (zipped("content.xml"), {}, "OpenDocument file; save it as XLSX or CSV"),
        (packed({"a.pdf": "%PDF-1.7"}), {}, r"a\.pdf: The file is a PDF"),
        (packed(dict.fromkeys(("a.csv", "b.csv"), "Date;Amount\n2024-01-31;5\n")), {}, "a.csv is a table; import each alone"),
        (packed({str(place): "1" for place in range(1001)}), {}, "more than 1000 files"),
        (packed({"a.xml": camt(entry("1", "CRDT")), "b.xml": camt(entry("1", "CRDT"))[:-20]}), {}, "b.xml: Line 1: The XML is malformed"),
        (zipped("xl/", "xl/workbook.xml"), {}, "The workbook can't be read"),
        (zipped("xl/workbook.xml", flags=1), {}, "protected by a password"),
        (zipped("xl/workbook.xml", *map(str, range(1000))), {}, "more than 1000 parts"),
    ],
)  # fmt: skip
def test_what_is_hostile_or_no_statement_is_refused(
    text: str | bytes, mapping: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(StatementError, match=said):
        read_text(tmp_path, text, **mapping)
