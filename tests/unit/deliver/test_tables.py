"""Tables as workbook and CSV: a text stays a text, the same input gives the same bytes."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import openpyxl  # type: ignore[import-untyped]
import pandas as pd
import pytest

from kaders.deliver.tables import csv_bytes, safe_cell, workbook_bytes
from kaders.report.trend_words import NO_DATA
from kaders.report.trends import Chart, Sheet

MOMENT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
NASTY = [
    '=HYPERLINK("http://x.example","y")',
    "+31 20",
    "-niet",
    "@SUM(A1)",
    "\t=1",
    "https://x.example",
    "12",
]
FRAME = pd.DataFrame(
    {"Titel": NASTY, "Aandeel": [0.5, None, 0, 1, 0.1, 0.2, 0.3], "Dag": [date(2026, 11, 16)] * 7}
)
SHEET = Sheet(
    "t", "Blad", FRAME, {"Aandeel": "percent", "Dag": "date"}, Chart("Beeld", "Titel", ("Aandeel",), 0, 6)
)
EMPTY = Sheet("e", "Leeg", pd.DataFrame(columns=["Een", "Twee"]))


def test_texts_stay_texts_in_the_workbook() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([SHEET, EMPTY], moment=MOMENT)))
    cells = [row[0] for row in book["Blad"].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == NASTY
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells)
    assert book["Blad"]["B2"].number_format == "0.0%"
    assert book["Blad"]["C2"].value.date() == date(2026, 11, 16)
    assert book["Blad"].freeze_panes == "A2"
    assert book["Blad"]["A1"].font.bold
    assert len(book["Blad"]._charts) == 1
    assert book["Leeg"]["A2"].value == NO_DATA


def test_pandas_reads_it_back() -> None:
    book = io.BytesIO(workbook_bytes([SHEET], moment=MOMENT))
    frame = pd.read_excel(book, sheet_name="Blad", dtype={"Titel": str})
    assert frame["Titel"].tolist() == NASTY
    assert frame["Aandeel"].isna().tolist() == [False, True, *[False] * 5]


def test_same_tables_same_bytes() -> None:
    assert workbook_bytes([SHEET, EMPTY], moment=MOMENT) == workbook_bytes([SHEET, EMPTY], moment=MOMENT)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\r=x", "'\r=x"),
        ("-5", "-5"),
        ("+3.2", "+3.2"),
        (-5, "-5"),
        (-0.25, "-0,25"),
        (1 / 3, "0,3333"),
        (0.5, "0,5"),
        (-0.00001, "0"),
        (12000.0, "12000"),
        ("gewoon = zo", "gewoon = zo"),
        (None, ""),
        (float("nan"), ""),
        (date(2026, 11, 16), "2026-11-16"),
    ],
)
def test_a_csv_cell_runs_nothing(value: object, expected: str) -> None:
    assert safe_cell(value) == expected


def test_csv_opens_in_columns_in_a_dutch_excel() -> None:
    """A byte-order mark, semicolons, and decimals behind a comma: with a point 1.234 would be read as 1234."""
    written = csv_bytes(SHEET)
    assert written.startswith(b"\xef\xbb\xbf")
    assert written.decode("utf-8-sig").splitlines()[0] == "Titel;Aandeel;Dag"
    frame = pd.read_csv(io.BytesIO(written), sep=";", decimal=",", encoding="utf-8-sig", dtype={"Titel": str})
    assert frame["Titel"].tolist()[:2] == ["'" + NASTY[0], "'" + NASTY[1]]
    assert frame["Aandeel"].tolist()[2:] == [0, 1, 0.1, 0.2, 0.3]
    assert NO_DATA in csv_bytes(EMPTY).decode("utf-8-sig")


def test_csv_has_no_more_decimals_than_it_knows() -> None:
    frame = pd.DataFrame({"Aandeel": [2 / 3], "Bits": [0.123456789], "Aantal": [7.0], "Naam": ["a;b"]})
    formats = {"Aandeel": "percent", "Bits": "bits", "Aantal": "number"}
    written = csv_bytes(Sheet("t", "Blad", frame, formats)).decode("utf-8-sig")
    assert written.splitlines()[1] == '0,6667;0,1235;7;"a;b"'
