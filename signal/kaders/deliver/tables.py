"""Turns finished tables into an Excel workbook and as CSV, in which a text stays a text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from numbers import Real
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kaders.report.trend_words import NO_DATA
from kaders.report.trends import Chart, Sheet

FORMATS = {"percent": "0.0%", "number": "#,##0", "bits": "0.000", "date": "yyyy-mm-dd"}
MIN_WIDTH, MAX_WIDTH = 10, 60
"""Column widths in characters; our choice: a date can be read, and the next column seen."""
DECIMALS = 4
"""Of shares and bits in a CSV: a hundredth of a percent, and no interval of ours is narrower."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?%?")
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def _blank(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _put(sheet: Worksheet, row: int, column: int, value: Any, style: Format | None) -> None:
    """One cell, by the type of its value; a text is never read as a formula, link or number."""
    if _blank(value):
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_number(row, column, value, style)


def _fill(sheet: Worksheet, table: Sheet, styles: dict[str, Format], head: Format) -> None:
    for column, title in enumerate(table.frame.columns):
        _put(sheet, 0, column, title, head)
        texts = [str(title), *(str(value) for value in table.frame[title] if not _blank(value))]
        sheet.set_column(column, column, min(MAX_WIDTH, max(MIN_WIDTH, *(len(t) + 2 for t in texts))))
        style = styles.get(table.formats.get(str(title), ""))
        for row, value in enumerate(table.frame[title], start=1):
            _put(sheet, row, column, value, style)
    if table.frame.empty:
        _put(sheet, 1, 0, NO_DATA, None)
    sheet.freeze_panes(1, 0)


def _draw(book: xlsxwriter.Workbook, sheet: Worksheet, table: Sheet, chart: Chart) -> None:
    """A bar chart over cells of the sheet itself, so that it follows what a reader changes."""
    bars = book.add_chart({"type": "bar"})
    place = {str(title): number for number, title in enumerate(table.frame.columns)}
    rows = (chart.first + 1, chart.last + 1)
    for title in chart.values:
        labels, values = place[chart.labels], place[title]
        bars.add_series(
            {
                "name": [table.title, 0, values],
                "categories": [table.title, rows[0], labels, rows[1], labels],
                "values": [table.title, rows[0], values, rows[1], values],
            }
        )
    bars.set_title({"name": chart.title})
    bars.set_y_axis({"reverse": True})
    bars.set_size({"width": 720, "height": 120 + 36 * (chart.last - chart.first + 1)})
    sheet.insert_chart(1, len(place) + 1, bars, {"description": chart.title})


def workbook_bytes(tables: Sequence[Sheet], *, moment: datetime) -> bytes:
    """All tables as one .xlsx; the same tables and moment give the same bytes."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, _OPTIONS) as book:
        book.set_properties({"author": "Kaders", "created": moment.astimezone(UTC).replace(tzinfo=None)})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        styles = {name: book.add_format({"num_format": code}) for name, code in FORMATS.items()}
        for table in tables:
            sheet = book.add_worksheet(table.title)
            _fill(sheet, table, styles, head)
            if table.chart:
                _draw(book, sheet, table, table.chart)
    return memory.getvalue()


def safe_cell(value: Any, decimals: int = DECIMALS) -> str:
    """A value as it stands in a CSV: a text that a spreadsheet would run as a formula gets a quote first.

    Numbers have a comma and at most `decimals` decimals, without noughts at the end.
    """
    if _blank(value):
        return ""
    if isinstance(value, Real):
        return _number(float(value), decimals)
    text = value.isoformat() if isinstance(value, date) else str(value)
    risky = text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) and not isinstance(value, date)
    return f"'{text}" if risky else text


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    return "0" if text == "-0" else text.replace(".", ",")


def csv_bytes(table: Sheet) -> bytes:
    """One table as CSV that opens in columns when a Dutch Excel is given it (docs/decisions/0008).

    UTF-8 with a byte-order mark, semicolons between the values and a comma before the decimals.
    """
    memory = io.StringIO()
    writer = csv.writer(memory, delimiter=";", lineterminator="\r\n")
    titles = [str(title) for title in table.frame.columns]
    decimals = [0 if table.formats.get(title) == "number" else DECIMALS for title in titles]
    writer.writerow([safe_cell(title) for title in titles])
    for row in table.frame.itertuples(index=False, name=None):
        writer.writerow([safe_cell(value, n) for value, n in zip(row, decimals, strict=True)])
    if table.frame.empty:
        writer.writerow([NO_DATA])
    return memory.getvalue().encode("utf-8-sig")
