"""The House of Representatives through OData."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reading import KEY, NOW, source
from walking import served, walk

from kaders.errors import Quarantine
from kaders.model import Question
from kaders.read.items import Asked, Found
from kaders.read.readers import READERS
from kaders.read.services import stamp
from kaders.read.tweedekamer import first, parse
from kaders.settings import Source

SERVICE = "https://gegevensmagazijn.tweedekamer.nl/OData/v4/2.0"
ID = "4f5e2f60-1111-4222-8333-{:012d}"
CURSOR = {"newest": "2026-11-23T06:00:00Z"}


def house(entity: str = "Document", url: str | None = None, **query: Any) -> Source:
    return source(reader="tweedekamer", url=url, query={"entity": entity} | query)


def row(number: int = 1, **changes: Any) -> dict[str, Any]:
    fields = {
        "Id": ID.format(number),
        "Soort": "Motie",
        "DocumentNummer": f"2026D{number:05d}",
        "Titel": "Begroting Waterstaat 2027",
        "Onderwerp": f"Motie over de brug bij Waterdam ({number})",
        "Datum": "2026-11-20T00:00:00+01:00",
        "DatumRegistratie": "2026-11-21T09:00:00+01:00",
        "GewijzigdOp": "2026-11-23T07:30:00.123Z",
        "Verwijderd": False,
    }
    return fields | changes


def read(*rows: Any, asks: Source | None = None, cursor: dict[str, str] | None = None, **more: Any) -> Found:
    by = asks or house()
    body = json.dumps(
        {"@odata.context": f"{SERVICE}/$metadata#Document", "value": list(rows)} | more
    ).encode()
    return parse(body, Asked(by, NOW, KEY, question=first(by, {}, NOW), cursor=cursor or {}))


def asks(question: Question) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(question.url).query).items()}


def test_a_document() -> None:
    (only,) = read(row()).items
    assert (only.guid, only.title) == (ID.format(1), "Motie over de brug bij Waterdam (1)")
    assert only.text == "Motie. Begroting Waterstaat 2027"
    assert only.url == "https://www.tweedekamer.nl/downloads/document?id=2026D00001"
    assert only.published == datetime(2026, 11, 19, 23, tzinfo=UTC), "a day, stamped at midnight in The Hague"
    assert (only.language, only.author) == ("nl", None)


@pytest.mark.parametrize(
    ("entity", "fields", "title", "url"),
    [
        (
            "Zaak",
            {"Nummer": "2026Z01234", "Onderwerp": "De kade"},
            "De kade",
            "https://www.tweedekamer.nl/kamerstukken/detail?id=2026Z01234",
        ),
        (
            "Activiteit",
            {"Nummer": "2026A04321", "Onderwerp": "Debat"},
            "Debat",
            "https://www.tweedekamer.nl/debat_en_vergadering/commissievergaderingen/details?id=2026A04321",
        ),
        (
            "Besluit",
            {"BesluitSoort": "Stemmen - aangenomen", "BesluitTekst": "Aangenomen."},
            "Aangenomen.",
            f"{SERVICE}/Besluit({ID.format(7)})",
        ),
        (
            "Stemming",
            {"Soort": "Voor", "ActorFractie": "F1", "ActorNaam": "A. de Vries"},
            "F1",
            f"{SERVICE}/Stemming({ID.format(7)})",
        ),
        (
            "Verslag",
            {"Soort": "Eindpublicatie", "Status": "Gerectificeerd"},
            "Gerectificeerd",
            f"{SERVICE}/Verslag({ID.format(7)})",
        ),
        (
            "Zaak",
            {"Nummer": "../../login?", "Onderwerp": "De kade"},
            "De kade",
            f"{SERVICE}/Zaak({ID.format(7)})",
        ),
    ],
)
def test_the_other_sets(entity: str, fields: dict[str, str], title: str, url: str) -> None:
    given = {
        "Id": ID.format(7),
        "GewijzigdOp": "2026-11-22T10:00:00Z",
        "Datum": "2026-12-24T00:00:00+01:00",
    } | fields
    (only,) = read(given, asks=house(entity)).items
    assert (only.title, only.url) == (title, url)
    assert only.published == datetime(2026, 11, 22, 10, tzinfo=UTC), "a date ahead is when it will be held"
    assert "Vries" not in only.title + only.text


def test_the_first_visit_asks_for_a_week_and_no_deletions() -> None:
    asked = asks(first(house(kinds=["Motie", "Brief regering"], words=["'s-Hertogenbosch"]), {}, NOW))
    assert asked == {
        "$filter": "GewijzigdOp ge 2026-11-16T08:00:00Z and Verwijderd eq false"
        " and (Soort eq 'Motie' or Soort eq 'Brief regering')"
        " and (contains(tolower(Titel),'''s-hertogenbosch') or contains(tolower(Onderwerp),'''s-hertogenbosch'))",
        "$orderby": "GewijzigdOp",
        "$select": "Id,GewijzigdOp,Verwijderd,Soort,DocumentNummer,Titel,Onderwerp,Datum,DatumRegistratie",
    }


def test_a_later_visit_asks_for_deletions_whatever_their_words() -> None:
    asked = asks(first(house("Besluit", kinds=["Aangenomen"], words=["Brug"]), CURSOR, NOW))
    assert asked["$filter"] == (
        "GewijzigdOp ge 2026-11-23T05:00:00Z and (Verwijderd eq true or (Verwijderd eq false"
        " and (BesluitSoort eq 'Aangenomen') and (contains(tolower(BesluitTekst),'brug'))))"
    )
    assert "$top" not in asked, "it would limit the whole answer to one page"


def test_nobody_is_asked_for_by_name() -> None:
    for entity in ("Document", "Zaak", "Activiteit", "Besluit", "Stemming", "Verslag"):
        assert "ActorNaam" not in asks(first(house(entity), {}, NOW))["$select"]


def test_what_is_deleted_is_gone() -> None:
    found = read(
        row(1),
        {"Id": ID.format(2), "Verwijderd": True, "GewijzigdOp": "2026-11-23T07:40:00Z"},
        {"Verwijderd": True},
    )
    assert (len(found.items), found.gone, found.bad) == (1, (ID.format(2),), 0)
    assert found.cursor == {"newest": "2026-11-23T07:40:00Z"}


def test_malformed_rows_are_counted_and_the_others_read() -> None:
    found = read(
        row(1),
        row(2, Id=None),
        row(3, Id=7),
        {},
        None,
        "tekst",
        row(4, Onderwerp=["x"], Titel=None, Soort=None),
    )
    assert (len(found.items), found.bad) == (1, 6)


@pytest.mark.parametrize(
    ("rows", "cursor", "newest"),
    [
        ([], {}, {}),
        ([], CURSOR, CURSOR),
        ([row()], CURSOR, {"newest": "2026-11-23T07:30:00Z"}),
        ([row(GewijzigdOp="2099-01-01T00:00:00Z")], CURSOR, CURSOR),
        ([row(GewijzigdOp=None)], {"newest": "x"}, {}),
    ],
    ids=["nothing", "nothing new", "newer", "a date far ahead moves nothing", "damaged memory"],
)
def test_what_is_remembered(rows: list[Any], cursor: dict[str, str], newest: dict[str, str]) -> None:
    assert read(*rows, cursor=cursor).cursor == newest


@pytest.mark.parametrize(
    ("link", "asked_next", "short"),
    [
        (f"{SERVICE}/Document?$skiptoken=250", f"{SERVICE}/Document?$skiptoken=250", ""),
        (
            f"{SERVICE.replace('https', 'http')}/Document?$skiptoken=250",
            f"{SERVICE}/Document?$skiptoken=250",
            "",
        ),
        ("https://evil.example/Document?$skiptoken=250", "", "cut_off"),
        (["x"], "", "cut_off"),
        (None, "", ""),
    ],
)
def test_the_next_page_is_on_the_same_host(link: Any, asked_next: str, short: str) -> None:
    found = read(row(), **{"@odata.nextLink": link})
    assert ((found.next.url if found.next else ""), found.short) == (asked_next, short)


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        (b"", "empty", ""),
        (b"<!doctype html><p>Onderhoud", "html_instead_of_feed", ""),
        (
            b'{"error": {"code": "501", "message": "The query is <b>not</b> valid"}}',
            "service_fault",
            "501: The query is not valid",
        ),
        (b'{"value": {"Id": 1}}', "unreadable", "the reply has no list 'value'"),
        (b"[]", "unreadable", "the reply has no list 'value'"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, reason: str, detail: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$") as refused:
        parse(body, Asked(house(), NOW))
    assert refused.value.detail == detail


def test_every_page_is_walked_and_the_next_visit_goes_on_from_there() -> None:
    changes = [NOW - timedelta(hours=n) for n in range(5, 0, -1)]
    rows = [row(n, GewijzigdOp=at.isoformat()) for n, at in enumerate(changes)]

    def answer(path: str, body: str) -> bytes:
        skip = int(parse_qs(urlsplit(path).query).get("$skiptoken", ["0"])[0])
        since = parse_qs(urlsplit(path).query)["$filter"][0].split()[2]
        wanted = [each for each in rows if each["GewijzigdOp"] >= since.replace("Z", "+00:00")]
        more = {
            "@odata.nextLink": f"http://{urlsplit(home).netloc}{path.partition('&$skiptoken')[0]}&$skiptoken={skip + 2}"
        }
        return json.dumps(
            {"value": wanted[skip : skip + 2]} | (more if skip + 2 < len(wanted) else {})
        ).encode()

    with served(answer) as home:
        whole = walk(house(url=home))
        again = walk(house(url=home), whole.cursor)
    assert (whole.guids, len(whole.questions)) == ([ID.format(n) for n in range(5)], 3)
    assert {name: kept for name, kept in whole.cursor.items() if kept} == {"newest": "2026-11-23T07:00:00Z"}
    assert again.guids == [ID.format(n) for n in (3, 4)], "an hour again, as a change may arrive late"


class Register:
    """A service with many rows; its links lead on by a token alone, as those of some services do."""

    def __init__(self, moments: list[datetime], size: int = 25) -> None:
        self.rows = [row(n, GewijzigdOp=stamp(at)) for n, at in enumerate(moments)]
        self.size, self.expired = size, False

    def page(self, question: Question) -> bytes:
        asked = asks(question)
        since, _, skip = asked.get("$skiptoken", "").rpartition("/")
        assert not (since and self.expired), "a link that leads nowhere any more"
        since, begin = since or asked["$filter"].split()[2], int(skip or 0)
        changed = [each for each in self.rows if each["GewijzigdOp"] >= since]
        wanted = sorted(changed, key=lambda each: str(each["GewijzigdOp"]))
        end = begin + self.size
        more = {"@odata.nextLink": f"{SERVICE}/Document?$skiptoken={since}/{end}"}
        return json.dumps({"value": wanted[begin:end]} | (more if end < len(wanted) else {})).encode()


def visits(register: Register, cursor: dict[str, str], number: int) -> set[str]:
    """The Ids that so many visits bring, each of twenty pages at most."""
    brought = set[str]()
    for _ in range(number):
        question: Question | None = first(house(), cursor, NOW)
        for _ in range(READERS["tweedekamer"].pages):
            assert question
            found = parse(register.page(question), Asked(house(), NOW, KEY, question=question, cursor=cursor))
            cursor |= found.cursor
            brought |= {item.guid for item in found.items}
            question = found.next
            if question is None:
                break
    return brought


def ids(rows: int) -> set[str]:
    return {ID.format(number) for number in range(rows)}


MANY = 705
"""More than twenty pages of 25."""
SPREAD = {
    "within half an hour": [NOW - timedelta(seconds=1800 - 2 * n) for n in range(MANY)],
    "many in each second": [NOW - timedelta(seconds=1800 - n // 100) for n in range(MANY)],
    "within one second": [NOW - timedelta(minutes=30)] * MANY,
}


def test_more_changes_than_a_visit_has_pages_all_arrive() -> None:
    """7,005 rows within the hour that is asked again, and a service that gives 250 a page."""
    register = Register([NOW - timedelta(seconds=1800 - n // 5) for n in range(7005)], size=250)
    cursor = {"newest": stamp(NOW)}
    brought = visits(register, cursor, 1)
    assert len(brought) == 5000
    assert brought | visits(register, cursor, 1) == ids(7005)


@pytest.mark.parametrize("known", [{}, {"newest": stamp(NOW)}], ids=["first", "later"])
@pytest.mark.parametrize("moments", SPREAD.values(), ids=SPREAD)
def test_however_close_together_they_changed(moments: list[datetime], known: dict[str, str]) -> None:
    register, cursor = Register(moments), dict(known)
    assert visits(register, cursor, 3) == ids(MANY)
    register.rows.append(row(MANY, GewijzigdOp=stamp(NOW)))
    assert ID.format(MANY) in visits(register, cursor, 3), "and what comes later does too"


def test_rows_that_change_between_two_visits_push_no_others_out_of_sight() -> None:
    register, cursor = Register(SPREAD["within half an hour"]), dict[str, str]()
    brought = visits(register, cursor, 1)
    for each in register.rows[:100]:
        each["GewijzigdOp"] = stamp(NOW)
    assert brought | visits(register, cursor, 1) == ids(MANY)


def test_a_link_that_leads_nowhere_is_left_after_a_day() -> None:
    register, cursor = Register(SPREAD["within one second"]), {"newest": stamp(NOW)}
    visits(register, cursor, 2)
    register.expired = True
    with pytest.raises(AssertionError, match="nowhere"):
        visits(register, cursor, 1)
    later = first(house(), cursor, NOW + timedelta(days=1, minutes=1))
    assert asks(later)["$filter"].startswith("GewijzigdOp ge 2026-11-23T07:30:00Z ")


def test_the_cursor_of_a_walk_that_came_to_its_end_holds_nothing_of_the_walk() -> None:
    cursor = dict[str, str]()
    visits(Register(SPREAD["within half an hour"]), cursor, 2)
    newest = max(SPREAD["within half an hour"])
    assert {name: value for name, value in cursor.items() if value} == {"newest": stamp(newest)}
