# ruff: noqa: RUF001 - months of other alphabets
"""Days as banks write them. Which number is the day is found from the whole column, never line by line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import lru_cache
from itertools import pairwise

__all__ = ["DateColumn", "looks_like_date"]

ORDERS = ("ymd", "dmy", "mdy")

# without accents, in most languages of Europe and some of Asia; where a name is another month's elsewhere, that of the larger country
MONTHS_BY_NAME = (
    "jan january januar janvier janv enero ene gennaio gen janeiro januari sty stycznia jaenner ianuarie ian ledna leden ocak"
    " янв января январь січ січня януари ιαν ιανουαριου ιανουαριος ינואר يناير tammikuu tammikuuta sausio jaanuar janvaris gener",
    "feb february februar fevrier fevr fev febrero febbraio fevereiro februari lut lutego februarie unora unor subat febr februara"
    " фев февр февраля февраль лют лютого февруари φεβ φεβρουαριου φεβρουαριος פברואר فبراير helmikuu helmikuuta vasario veebruar"
    " februaris febrer",
    "mar march marz mrz maerz mars marzo marco maart mrt marca martie brezna brezen mart marcius marc marec maret mac"
    " мар марта март бер березня μαρ μαρτιου μαρτιος מרץ مارس maaliskuu maaliskuuta kovo marts",
    "apr april avril avr abril abr aprile kwi kwietnia aprilie dubna duben nisan aprilis aprila"
    " апр апреля апрель кві квітня април απρ απριλιου απριλιος אפריל أبريل huhtikuu huhtikuuta balandzio aprill",
    "may mai mayo maggio mag maio mei maj maja kvetna kveten mayis majus"
    " мая май тра травня маи μαι μαιος μαιου מאי مايو toukokuu toukokuuta geguzes maijs maig",
    "jun june juni juin junio giugno giu junho cze czerwca iunie iun cervna cerven haziran junius junija juna"
    " июн июня июнь чер червня юни ιουν ιουνιου ιουνιος יוני يونيو kesakuu kesakuuta birzelio juuni junijs juny",
    "jul july juli juillet juil julio luglio lug julho lip lipca iulie iul cervence cervenec temmuz julius julija jula"
    " июл июля июль липня юли ιουλ ιουλιου ιουλιος יולי يوليو heinakuu heinakuuta liepos juuli julijs juliol",
    "aug august aout ago agosto augustus augusti sie sierpnia agu agustus srpna srpen agustos augusztus avgust avgusta augusta ogos"
    " авг августа август сер серпня αυγ αυγουστου αυγουστος אוגוסט أغسطس elokuu elokuuta rugpjucio augusts agost",
    "sep sept september septembre septiembre settembre set setembro wrz wrzesnia septembrie zari eylul szeptember szept septembra"
    " сен сент сентября сентябрь вер вересня септември σεπ σεπτ σεπτεμβριου σεπτεμβριος ספטמבר سبتمبر syyskuu syyskuuta rugsejo"
    " septembris setembre",
    "oct october okt oktober octobre octubre ottobre ott outubro out paz pazdziernika octombrie rijna rijen ekim oktobra"
    " окт октября октябрь жов жовтня октомври οκτ οκτωβριου οκτωβριος אוקטובר أكتوبر lokakuu lokakuuta spalio oktoober oktobris",
    "nov november novembre noviembre novembro lis listopada noiembrie kasim novembra"
    " ноя нояб ноября ноябрь листопада ноември νοε νοεμ νοεμβριου νοεμβριος נובמבר نوفمبر marraskuu marraskuuta lapkricio novembris",
    "dec december dez dezember decembre diciembre dic dicembre dezembro des desember gru grudnia decembrie prosince prosinec"
    " aralik decembra detsember disember"
    " дек декабря декабрь гру грудня декември δεκ δεκεμβριου δεκεμβριος דצמבר ديسمبر joulukuu joulukuuta gruodzio decembris desembre",
)  # fmt: skip


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


MONTHS = {_plain(name): number for number, names in enumerate(MONTHS_BY_NAME, 1) for name in names.split()}

NUMBERS = re.compile(r"(\d{1,4})\s*([-./'年]|(?<=\d{4}):)\s*(\d{1,2})\s*([-./'月]|(?<=\d{4}:\d\d):)\s*(\d{1,4})日?\.?")
COMPACT = re.compile(r"(\d{8})(?:\d{6}(?:\.\d+)?\[[^\]]+\])?")
NAMED = re.compile(
    r"(?:[A-Za-z]{2,9}[,.]? )?(\d{1,2})\.?(?: de)?[-./ ]{0,2}([^\W\d]{3,12})\.?(?: de)?[-./, ]{0,2}'?(\d{2,4})"
)
NAMED_LAST = re.compile(r"(\d{4})\.?[-./ ]{1,2}([^\W\d]{3,12})\.?[-./ ]{1,2}(\d{1,2})\.?")
NAMED_FIRST = re.compile(r"(?:[^\W\d]{2,12}, )?([^\W\d]{3,12})\.?[-./ ](\d{1,2}),?[-./ ]{1,2}'?(\d{4}|\d{2})")
# what may follow a day: its time, in any of a dozen spellings
TIME = re.compile(
    r"(?:[T ,]+|-(?=[\d:]+$)| / )"
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d+)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[A-Z]{3,4}|[+-]\d{2}:?\d{2})?$"
)
# a weekday behind the day or before it
WEEKDAY = re.compile(r"(?:[.,]{1,2} |\s?\()[^\W\d]{1,12}\.?\)?$|^[^\W\d]{1,12}[.,]{1,2} (?=\d+[-./])")
# some have the time first, or say after it of which day the booking is
AROUND = re.compile(r"^\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?[ ,]+| as of .*")
# what says in which direction to write, or has no width
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
ERA = re.compile(r"(令和|平成|R|H)\.?\s*(\d{1,2}|元)[年./-](\d{1,2})[月./-](\d{1,2})日?")


@lru_cache(maxsize=65536)
def _parts(text: str) -> tuple[str, str, str, str] | None:
    """A day as (kind, first, second, third): kind `n` for three numbers in unknown order, `d` with points between, `c` without
    anything between, else in the order year, month, day.
    """
    # a quote before it is how a spreadsheet is told to leave it as it stands
    text = (text if text.isascii() else unicodedata.normalize("NFKC", UNSEEN.sub("", text))).strip().removeprefix("'")
    if len(text) > 48 or not any(c.isdigit() for c in text):
        return None
    found = NUMBERS.fullmatch(text)
    if found is None:
        text = WEEKDAY.sub("", TIME.sub("", AROUND.sub("", text))).rstrip(",")
        found = NUMBERS.fullmatch(text)
    if found:
        first, mark, second, other, third = found.groups()
        # 1/2'24 is how Quicken writes 2024; a mark of its own between other numbers is no day
        if other == "'" and len(third) == 2:
            third = f"20{third}"
        elif mark != other and mark != "年":
            return None
        if len(first) == 3 or len(third) == 3 or (len(first) == 4) + (len(third) == 4) == 2:
            return None
        return ("y" if len(first) == 4 else "d" if mark == "." else "n", first, second, third)
    if found := COMPACT.fullmatch(text):
        return ("c", found[1], "", "")
    if found := NAMED.fullmatch(text):
        day, name, year = found.groups()
    elif found := NAMED_FIRST.fullmatch(text):
        name, day, year = found.groups()
    elif found := NAMED_LAST.fullmatch(text):
        year, name, day = found.groups()
    elif found := ERA.fullmatch(text):
        era, in_era, month, day = found.groups()
        return ("y", str(ERAS[era] + (1 if in_era == "元" else int(in_era))), month, day)
    else:
        return None
    number = MONTHS.get(_plain(name))
    return ("y", year, str(number), day) if number and len(year) in (2, 4) else None


def _year(text: str) -> int:
    if len(text) == 4:
        return int(text)
    # a statement is of the past; 70 is far enough ahead for every loan
    return int(text) + (2000 if int(text) < 70 else 1900)


def _day(parts: tuple[str, str, str, str], order: str) -> date | None:
    kind, first, second, third = parts
    if kind == "c":
        first, second, third = {
            "ymd": (first[:4], first[4:6], first[6:]),
            "dmy": (first[4:], first[2:4], first[:2]),
            "mdy": (first[4:], first[:2], first[2:4]),
        }[order]
    elif kind in "nd":
        if order == "dmy":
            first, second, third = third, second, first
        elif order == "mdy":
            first, second, third = third, first, second
    try:
        day = date(_year(first), int(second), int(third))
    except ValueError:
        return None
    if 2443 <= day.year <= 2643:
        # the years of Thailand
        with suppress(ValueError):
            return day.replace(year=day.year - 543)
    return day if 1900 <= day.year <= 2200 else None


@lru_cache(maxsize=65536)
def _read(text: str, order: str) -> date | None:
    parts = _parts(text)
    return _day(parts, order) if parts else None


def looks_like_date(text: str) -> bool:
    """Whether a cell is a day and nothing else."""
    return any(_read(text, order) for order in ORDERS)


class DateColumn:
    """Reads one column. `order` is ymd, dmy or mdy where numbers alone can't say; `is_assumed` where nothing in the file did."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.is_assumed = False

    @classmethod
    def detect(cls, texts: Iterable[str], currency: str | None, today: date) -> DateColumn:
        """Looks at all cells: an order in which more of them are days wins, then one in which they follow each other."""
        distinct: list[tuple[str, str, str, str]] = []
        before = None
        for text in texts:
            parts = _parts(text)
            if parts is not None and parts != before and parts[0] != "y":
                distinct.append(parts)
                before = parts
        found = {order: [_day(parts, order) for parts in distinct] for order in ORDERS}
        # a statement is of the past: 30.02.24 is no day of 2030, but one of a year that stands there in full is a day
        last = today.toordinal() + 366
        sound = {
            order: sum(
                day is not None and (day.toordinal() < last or len(parts[3]) == 4)
                for parts, day in zip(distinct, days, strict=True)
            )
            for order, days in found.items()
        }
        best = max(sound.values())
        orders = [order for order in ORDERS if sound[order] == best]
        if all(parts[0] == "d" for parts in distinct):
            # nobody writes the month first with points between
            orders = [order for order in orders if order != "mdy"] or orders
        column = cls(orders[0])
        if not distinct or len(orders) == 1:
            return column

        def disorder(order: str) -> tuple[int, int, int]:
            days = [day for day in found[order] if day]
            ahead = sum(day.toordinal() > today.toordinal() + 31 or day.year < 1980 for day in days)
            pairs = list(pairwise(days))
            turns = min(sum(a > b for a, b in pairs), sum(a < b for a, b in pairs))
            return ahead, turns, sum(abs((b - a).days) for a, b in pairs)

        ranks = {order: disorder(order) for order in orders}
        # all alike: the United States write the month first, nobody else does
        habit = ["mdy", "dmy", "ymd"] if currency == "USD" else ["dmy", "ymd", "mdy"]
        column.order = min(orders, key=lambda order: (*ranks[order], habit.index(order)))
        rest = [order for order in orders if order != column.order]
        column.is_assumed = any(ranks[order][:2] == ranks[column.order][:2] for order in rest) and any(
            found[order] != found[column.order] for order in rest
        )
        return column

    def read(self, text: str) -> date | None:
        return _read(text, self.order)
