"""CSV and JSONL, as people make them."""

from __future__ import annotations

import json

import pytest
from reading import KEY, asked

from kaders.errors import ConfigurationError
from kaders.read.imported import Imported, parse
from kaders.read.people import pseudonym

HEAD = "id,title,text,url,published,author,language,kind\n"
ROW = "1,Titel,Tekst,https://a.example/1,2026-11-20,Anna,nl,news\n"


def read(body: str | bytes) -> Imported:
    content = body if isinstance(body, bytes) else body.encode()
    return parse(content, asked(), name="rijen.csv")


@pytest.mark.parametrize(
    "body",
    [
        HEAD + ROW,
        "\ufeff" + HEAD + ROW,
        (HEAD + ROW).replace("\n", "\r\n"),
        (HEAD + ROW).replace(",", ";"),
        (HEAD + ROW).replace(",", "\t"),
        "\n" + HEAD.upper() + "\n" + ROW + "\n\n",
        json.dumps(dict(zip(HEAD.strip().split(","), ROW.strip().split(","), strict=True))) + "\n",
    ],
)
def test_every_usual_form_is_read(body: str) -> None:
    (only,) = read(body).items
    assert (only.guid, only.title, only.text, only.url) == ("1", "Titel", "Tekst", "https://a.example/1")
    assert only.author == pseudonym("bron: Anna", KEY)
    assert only.published is not None and only.published.isoformat() == "2026-11-19T23:00:00+00:00"


def test_a_windows_code_page_is_read() -> None:
    assert read((HEAD + ROW.replace("Titel", "Café")).encode("cp1252")).items[0].title == "Café"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("2,T,x,https://a.example,gisteren,,nl,news", "'gisteren' is no date"),
        ("2,T,x,geen adres,,,nl,news", "'geen adres' is no web address"),
        ("2,T,x,javascript:alert(1),,,,", "is no web address"),
        ("2,,,https://a.example,,,nl,news", "neither a title nor a text"),
        (",T,x,,,,nl,news", "neither an id nor an address"),
        ("2,T,x,,,,nl,krant", "the kind 'krant' does not exist"),
        ("2,T,x,,,,nl,news,te,veel", "too many values"),
    ],
)
def test_a_bad_row_is_one_sentence_and_the_rest_goes_on(row: str, what: str) -> None:
    found = read(HEAD + '0,Nul,"over twee\nregels",,,,nl,\n' + row + "\n" + ROW)
    assert [item.guid for item in found.items] == ["0", "1"]
    (problem,) = found.problems
    assert str(problem).startswith("rijen.csv:4: ")
    assert what in str(problem)
    assert found.rows == 3


def test_a_bad_line_of_jsonl_is_one_sentence() -> None:
    found = read(
        '{"id": 1, "title": "een"}\n{kapot\n[]\n\n{"id": "2", "text": "twee", "published": 1795000000}\n'
    )
    assert [item.guid for item in found.items] == ["1", "2"]
    assert [problem.line for problem in found.problems] == [2, 3]


def test_another_kind_is_counted() -> None:
    assert read(HEAD + ROW + ROW.replace("news", "social").replace("1,", "2,", 1)).other_kind == 1


@pytest.mark.parametrize("body", ["", " \n", "naam,prijs\nfiets,3\n", "id,url\n1,https://a.example\n"])
def test_a_file_of_something_else_is_refused(body: str) -> None:
    with pytest.raises(ConfigurationError, match=r"rijen\.csv:1: "):
        read(body)
