"""The data dictionary holds every table, view and column, and the page in docs/ is of today's schema."""

from __future__ import annotations

from pathlib import Path

from houses import House

from kaders.store.connection import opened, writing
from kaders.store.dictionary import LAYERS, dictionary, page

PAGE = Path(__file__).parents[3] / "docs" / "data-dictionary.md"


def test_the_page_in_docs_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == dictionary(), "run: make dictionary"


def test_every_column_has_its_line_with_type_and_meaning(house: House) -> None:
    with writing(house.places) as con:
        columns = con.execute(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    sections = dictionary().split("\n### ")
    lines = {section.split("\n", 1)[0]: section.replace("\\", "") for section in sections[1:]}
    assert len(columns) > 100
    for table, column, kind, meaning in columns:
        (line,) = (each for each in lines[table].splitlines() if each.startswith(f"| `{column}` |"))
        assert kind in line and meaning and meaning in line, (table, column)


def test_each_part_is_explained_and_views_come_first() -> None:
    text = dictionary()
    places = [text.index(sentence) for sentence in LAYERS.values()]
    assert places == sorted(places)
    assert text.index("### documents") < text.index("### raw_fetch") < text.index("### core_document")


def test_keys_and_signs_of_markdown_come_through() -> None:
    with opened(None) as con:
        con.execute("CREATE TABLE raw_probe (a INTEGER PRIMARY KEY, b VARCHAR NOT NULL, c DOUBLE)")
        con.execute("COMMENT ON COLUMN raw_probe.b IS 'topic:<id> | area:<code>'")
        told = page(con)
    assert "| `a` | INTEGER, key |" in told and "| `c` | DOUBLE |" in told
    assert "| `b` | VARCHAR, never NULL | topic:\\<id> \\| area:\\<code> |" in told
