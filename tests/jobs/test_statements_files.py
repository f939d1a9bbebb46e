"""The statement files beside the project: each is read with the sums that a person reads in it, or refused with a reason.

The sums were added up by hand from the files; where a public library reads a format, it is asked, too.
"""

from __future__ import annotations

from decimal import Decimal

import mt940
import pytest
from quiffen import Qif

from jobs.statements import Hints, StatementError, read
from tests.jobs.readings import STATEMENTS, needs_statements

pytestmark = needs_statements

# file: lines that can be booked, their sum, first and last day, lines with errors
READ = {
    "csv/mint.csv": (10, "750.37", "2023-05-01", "2023-05-10", 0),
    "csv/oca-debit_credit.csv": (2, "1500.00", "2018-12-15", "2018-12-15", 0),
    "csv/oca-empty_statement_en.csv": (0, "0", "", "", 0),
    "csv/oca-original_currency.csv": (1, "1525.00", "2018-12-15", "2018-12-15", 0),
    "csv/oca-sample_statement_credit_card_inverse_sign_en.csv": (2, "-1491.50", "2018-12-15", "2018-12-15", 0),
    "csv/oca-sample_statement_en.csv": (2, "1491.50", "2018-12-15", "2018-12-15", 0),
    "csv/transactions.csv": (9, "-516.29", "2023-05-01", "2023-05-20", 0),
    "csv/windows1250.csv": (3, "-185.50", "2024-01-01", "2024-01-03", 0),
    "csv/ynab.csv": (5, "746.18", "2024-01-01", "2024-01-06", 0),
    "xlsx/oca-sample_statement_en.xlsx": (2, "1491.50", "2018-12-15", "2018-12-15", 0),
    "ofx/anzcc.ofx": (1, "-5.50", "2017-05-08", "2017-05-08", 0),
    "ofx/checking.ofx": (3, "-59.50", "2011-03-31", "2011-04-07", 0),
    "ofx/fail_nice-date_missing.ofx": (0, "0", "", "", 3),
    "ofx/fail_nice-decimal_error.ofx": (0, "0", "", "", 1),
    "ofx/investment_medium.ofx": (3, "-3.95", "2009-12-15", "2009-12-15", 0),
    "ofx/multiple_accounts.ofx": (0, "0", "", "", 0),
    "ofx/ofx-v102-empty-tags.ofx": (1, "12.34", "2018-05-07", "2018-05-07", 0),
    "ofx/suncorp.ofx": (1, "-16.85", "2013-12-15", "2013-12-15", 0),
    "qif/actual-with-categories.qif": (3, "-161.33", "2018-12-19", "2018-12-19", 0),
    "qif/oca-test.qif": (5, "-1896.09", "2013-03-03", "2013-08-15", 0),
    "camt/camt052.v2.xml": (1, "-200000", "2007-10-18", "2007-10-18", 0),
    "camt/camt053.v2.minimal.xml": (1, "8.85", "2014-12-31", "2014-12-31", 0),
    "camt/camt053.v2.multi.statement.xml": (2, "1.85", "2014-12-31", "2014-12-31", 0),
    "camt/camt053.v4.xml": (1, "8.85", "2014-12-31", "2014-12-31", 0),
    "camt/camt053.v8.xml": (1, "8.85", "2014-12-31", "2014-12-31", 0),
    "mt940/betterplace-sepa_snippet.sta": (11, "-2143323.39", "2007-09-04", "2007-09-04", 0),
    "mt940/cmxl-mt940.sta": (16, "12327.30", "2002-11-02", "2013-10-27", 0),
    "mt940/jejik-abnamro.sta": (10, "-345.93", "2011-05-23", "2011-05-24", 0),
    "mt940/jejik-ing.sta": (7, "-45.59", "2010-07-22", "2010-07-23", 0),
    "mt940/jejik-rabobank-iban.sta": (4, "-70.00", "2013-01-01", "2013-01-09", 0),
    "mt940/jejik-sns.sta": (2, "-25.00", "2012-06-08", "2012-06-08", 0),
    "mt940/mBank-mt940.sta": (3, "0.03", "2017-01-19", "2017-01-19", 0),
    "mt940/self-provided-february_30.sta": (1, "-6.00", "2016-03-01", "2016-03-01", 0),
    "mt940/self-provided-multiline.sta": (2, "114", "2004-08-04", "2022-12-20", 0),
    "mt940/self-provided-sparkassen.sta": (1, "30.00", "2018-11-26", "2018-11-26", 0),
    "mt940/self-provided-whitespace.sta": (1, "-233.15", "2017-09-14", "2017-09-14", 0),
}
REFUSED = {
    "ofx/bank_small.ofx": "no statement in the file",
    "ofx/error_message.ofx": r"error in place of a statement: General Server Error \(2000\)",
    "camt/camt053.v2.wrong.xml": r"no statement \(Stmt\) or report",
    "mt940/betterplace-amount_formats.sta": "neither an entry",
    "mt940/betterplace-empty_86.sta": "neither an entry",
    "mt940/self-provided-invalid_statement.sta": "no line with a day and an amount",
}
CLOSING = {
    "csv/oca-debit_credit.csv": "1510.00",
    "ofx/anzcc.ofx": "-123.45",
    "ofx/checking.ofx": "100.99",
    "ofx/multiple_accounts.ofx": "111 222",
    "ofx/suncorp.ofx": "1234.12",
    "camt/camt053.v2.multi.statement.xml": "27.00 20.00",
    "mt940/betterplace-sepa_snippet.sta": "1125250.4 -4472049.09",
    "mt940/cmxl-mt940.sta": "84437.04 4387.95 50040.00",
    "mt940/jejik-rabobank-iban.sta": "965.00 930.00",
    "mt940/mBank-mt940.sta": "0.43",
}


def test_every_file_is_decided_upon() -> None:
    files = {f"{path.parent.name}/{path.name}" for path in STATEMENTS.glob("*/*")}
    assert files == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_sums_are_those_that_a_person_reads(name: str) -> None:
    count, total, first, last, errors = READ[name]
    lines = list(read(STATEMENTS / name, hints=Hints("USD")))
    booked = [line for line in lines if not line.error and not line.left_out]
    days = sorted(f"{line.booked_on}" for line in booked)
    assert (len(booked), sum(line.amount or 0 for line in booked)) == (count, Decimal(total))
    assert [*days[:1], *days[-1:]] == [day for day in (first, last) if day]
    assert sum(line.error is not None for line in lines) == errors
    text = (STATEMENTS / name).read_bytes()
    assert (
        all(line.raw and line.line for line in lines)
        and max((line.line for line in lines), default=0) <= text.count(b"\n") + 5
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_statement_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(StatementError, match=REFUSED[name]):
        list(read(STATEMENTS / name))


@pytest.mark.parametrize("name", CLOSING)
def test_closing_balances_are_those_of_the_file(name: str) -> None:
    reading = read(STATEMENTS / name, hints=Hints("USD"))
    list(reading)
    assert [each.amount for each in reading.balances if not each.is_opening] == [
        Decimal(n) for n in CLOSING[name].split()
    ]


# the library reads no reversal marks of its own and raises on what is odd, so those that it reads are compared
@pytest.mark.parametrize(
    "name",
    ["betterplace-sepa_snippet", "jejik-abnamro", "jejik-ing", "jejik-rabobank-iban", "jejik-sns", "mBank-mt940"],
)
def test_mt940_agrees_with_another_reader(name: str) -> None:
    path = STATEMENTS / "mt940" / f"{name}.sta"
    theirs = [entry.data["amount"].amount for entry in mt940.parse(str(path))]
    assert [line.amount for line in read(path)] == theirs


@pytest.mark.parametrize("name", ["actual-with-categories", "oca-test"])
def test_qif_agrees_with_another_reader(name: str) -> None:
    path = STATEMENTS / "qif" / f"{name}.qif"
    book = Qif.parse(path, day_first=False)
    [entries] = [entries for each in book.accounts.values() for entries in each.transactions.values()]
    ours = [(line.booked_on, line.amount, line.payer) for line in read(path)]
    assert ours == [(entry.date.date(), entry.amount, entry.payee) for entry in entries]


def test_texts_are_read_in_their_encoding() -> None:
    lines = list(read(STATEMENTS / "csv" / "windows1250.csv"))
    assert [line.payer for line in lines] == ["Sklep spożywczy", "Kawiarnia Café", "Stacja benzynowa"]
    assert {line.account for line in lines} == {"Konto główne", "Karta kredytowa"}


def test_the_evening_in_new_york_is_the_day_of_new_york() -> None:
    lines = list(read(STATEMENTS / "ofx" / "investment_medium.ofx"))
    assert {f"{line.booked_on}" for line in lines} == {"2009-12-15"} and {line.currency for line in lines} == {"USD"}
