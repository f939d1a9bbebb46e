"""XLSX: typed cells, one sheet of transactions and a summary with charts. Texts are written as texts, never as formulas."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from jobs.exports.selection import Selection
from jobs.exports.words import COLUMNS, WORDS, Words

__all__ = ["write"]

# what a sheet has room for, its head left out
SHEET_ROWS = 1_048_575
# a spreadsheet keeps this many digits of a number; what has more stays exact as text
EXACT_DIGITS = 15
# and this much of a text; the parts of a transaction may be more
CELL_CHARACTERS = 32_767
CHARTED_ROWS = 12
BRAND = "#1f4e5f"
WIDTHS = {
    "number": 9,
    "booked_on": 11,
    "account": 18,
    "signed_amount": 14,
    "category": 26,
    "payee": 22,
    "payer": 24,
    "description": 40,
}


class Sheets:
    """A workbook being written, row by row: constant_memory keeps no more than one of each sheet."""

    def __init__(self, path: Path, words: Words) -> None:
        self.book = Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.words = words
        self.title = self.book.add_format({"bold": True, "font_size": 16, "font_color": BRAND})
        self.head = self.book.add_format({"bold": True, "font_color": "white", "bg_color": BRAND, "valign": "vcenter"})
        self.strong = self.book.add_format({"bold": True})
        # 14 is the reader's own short date
        self.date = self.book.add_format({"num_format": 14, "align": "left"})
        self.percent = self.book.add_format({"num_format": '0.0" %"'})
        self._amounts: dict[int, Format] = {}

    def amount_format(self, decimals: int) -> Format:
        if decimals not in self._amounts:
            places = "#,##0" + ("." + "0" * decimals if decimals else "")
            self._amounts[decimals] = self.book.add_format({"num_format": f"{places};[Red]-{places}"})
        return self._amounts[decimals]

    def amount(self, sheet: Worksheet, row: int, column: int, value: Decimal | None, decimals: int) -> None:
        if value is None:
            return
        if len(value.normalize().as_tuple().digits) > EXACT_DIGITS:
            sheet.write_string(row, column, f"{value:f}")
        else:
            sheet.write_number(row, column, float(value), self.amount_format(decimals))


def write(selection: Selection, path: Path) -> dict[str, object]:
    """Writes the summary and the transactions, in the words of the locale. Returns how many transactions there are."""
    words = WORDS[selection.locale]
    sheets = Sheets(path, words)
    summarize(sheets, selection)
    rows = transactions(sheets, selection)
    sheets.book.close()
    return {"rows": rows}


def summarize(sheets: Sheets, selection: Selection) -> None:
    words = sheets.words
    sheet = sheets.book.add_worksheet(words["summary"])
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 5, 15)
    sheet.write_string(0, 0, selection.book.name, sheets.title)
    first, last = selection.days
    sheet.write_string(1, 0, words["period"])
    sheet.write_datetime(1, 1, first, sheets.date)
    sheet.write_datetime(1, 2, last, sheets.date)
    row = 3
    heads(sheets, sheet, row, [words[name] for name in ("currency", "income", "expense", "net", "count")])
    for total in selection.totals:
        row += 1
        sheet.write_string(row, 0, total.currency)
        for column, value in enumerate((total.income, total.expense, total.net), 1):
            sheets.amount(sheet, row, column, value, total.decimals)
        sheet.write_number(row, 4, total.transaction_count)
    if not selection.is_reported:
        sheet.write_string(row + 2, 0, words["unfiltered"])
        return
    if missing := selection.missing_rates:
        row += 2
        sheet.write_string(row, 0, words["missing_rates"].format(missing))
    row = spending(sheets, sheet, row + 2, selection)
    cash_flow(sheets, sheet, row, selection)


def spending(sheets: Sheets, sheet: Worksheet, row: int, selection: Selection) -> int:
    """A table and a chart of it beside; returns the row below both."""
    words, base = sheets.words, selection.book
    sheet.write_string(row, 0, f"{words['spending']}, {base.base_currency}", sheets.strong)
    heads(sheets, sheet, row + 1, [words[name] for name in ("category", "expense", "share")])
    begin = row = row + 2
    for spent in selection.spending:
        # there was some before
        if not spent.entry_count:
            continue
        sheet.write_string(row, 0, spent.group_name or words["uncategorized"])
        # nothing is known of it, which is not zero
        if spent.missing_rates == spent.entry_count:
            sheet.write_string(row, 1, words["no_rate"])
        else:
            sheets.amount(sheet, row, 1, spent.amount, base.decimals)
        if spent.percentage is not None:
            sheet.write_number(row, 2, float(spent.percentage), sheets.percent)
        row += 1
    if row > begin:
        last = min(row, begin + CHARTED_ROWS) - 1
        chart = sheets.book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "categories": [sheet.name, begin, 0, last, 0],
                "values": [sheet.name, begin, 1, last, 1],
                "fill": {"color": BRAND},
                "gap": 40,
            }
        )
        chart.set_title({"name": words["spending"], "name_font": {"size": 12, "color": BRAND}})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#dddddd"}}, "num_format": "#,##0"})
        chart.set_legend({"none": True})
        chart.set_size({"width": 620, "height": 340})
        sheet.insert_chart(begin - 2, 7, chart)
    return max(row, begin + 16) + 1


def cash_flow(sheets: Sheets, sheet: Worksheet, row: int, selection: Selection) -> None:
    words, base = sheets.words, selection.book
    sheet.write_string(row, 0, f"{words['cash_flow']}, {base.base_currency}", sheets.strong)
    heads(sheets, sheet, row + 1, [words[name] for name in ("period", "income", "expense", "net")])
    begin = row = row + 2
    for flow in selection.cash_flow:
        sheet.write_datetime(row, 0, flow.starts_on, sheets.date)
        for column, value in enumerate((flow.income, flow.expense, flow.net), 1):
            sheets.amount(sheet, row, column, value, base.decimals)
        row += 1
    chart = sheets.book.add_chart({"type": "column"})
    for column, color in ((1, "#4f9d8f"), (2, "#d1495b")):
        chart.add_series(
            {
                "name": [sheet.name, begin - 1, column],
                "categories": [sheet.name, begin, 0, row - 1, 0],
                "values": [sheet.name, begin, column, row - 1, column],
                "fill": {"color": color},
                "gap": 60,
            }
        )
    chart.set_title({"name": words["cash_flow"], "name_font": {"size": 12, "color": BRAND}})
    chart.set_x_axis({"num_format": "mmm yy", "text_axis": True})
    chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": "#dddddd"}}, "num_format": "#,##0"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 620, "height": 340})
    sheet.insert_chart(begin - 2, 7, chart)


def heads(sheets: Sheets, sheet: Worksheet, row: int, names: list[str]) -> None:
    for column, name in enumerate(names):
        sheet.write_string(row, column, name, sheets.head)


def transactions(sheets: Sheets, selection: Selection) -> int:
    count = row = 0
    sheet: Worksheet | None = None
    for entry in selection.rows():
        if sheet is None or row == SHEET_ROWS:
            finish(sheet, row)
            sheet, row = transaction_sheet(sheets, 1 + count // SHEET_ROWS), 0
        row += 1
        count += 1
        for column, name in enumerate(COLUMNS):
            value: Any = getattr(entry, name)
            if value is None:
                continue
            if name == "booked_on":
                sheet.write_datetime(row, column, value, sheets.date)
            elif name == "number":
                sheet.write_number(row, column, value)
            elif isinstance(value, Decimal):
                # what was charged, or is in the base currency, has its own decimals
                own = entry.decimals if name == "signed_amount" else max(2, -int(value.normalize().as_tuple().exponent))
                sheets.amount(sheet, row, column, value, own)
            else:
                sheet.write_string(row, column, sheets.words.get(f"{name}.{value}", value)[:CELL_CHARACTERS])
    finish(sheet or transaction_sheet(sheets, 1), row)
    return count


def transaction_sheet(sheets: Sheets, number: int) -> Worksheet:
    name = sheets.words["transactions"] + (f" {number}" if number > 1 else "")
    sheet = sheets.book.add_worksheet(name)
    sheet.freeze_panes(1, 2)
    for column, field in enumerate(COLUMNS):
        sheet.set_column(column, column, WIDTHS.get(field, 16))
    sheet.set_row(0, 20)
    heads(sheets, sheet, 0, [sheets.words[field] for field in COLUMNS])
    return sheet


def finish(sheet: Worksheet | None, row: int) -> None:
    if sheet is not None:
        sheet.autofilter(0, 0, max(row, 1), len(COLUMNS) - 1)
