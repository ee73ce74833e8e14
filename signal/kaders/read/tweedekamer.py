"""The Dutch House of Representatives as an OData service: what changed, and what was deleted.

Fields and filters are those of opendata.tweedekamer.nl/documentatie and of public clients; nothing here was
tried on the live service. Names of members are not asked for (`$select`): who voted or signed is left out.

Addresses for people: `downloads/document?id=` with a document's number and `kamerstukken/detail?id=` with
that of a case are in use on many sites. That every activity opens under `commissievergaderingen/details` is
not certain: plenary ones stand elsewhere. Decisions, votes and records have no page of their own that follows
from these fields; they get their OData address.

The cursor: newest (the newest change that we have) and, while a walk over the pages is not at its end, which
may take several visits, since (from when this visit asked), at (how far it came) and link (the next page,
only when all that it read changed within one second) with the moment at which it was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.queries import TweedeKamer
from kaders.read import dates
from kaders.read.items import Asked, Found, found, item, string
from kaders.read.posts import reply
from kaders.read.services import asked_at, moment_of, onward, parameters, said, stamp, with_parameters
from kaders.read.text import plain
from kaders.read.url import canonical
from kaders.settings import Source

FIRST = timedelta(days=7)
"""How far a first visit looks back."""
OVERLAP = timedelta(hours=1)
"""Asked again at every walk: how long a change takes to reach the service is not documented; our guess."""
LINK_LASTS = timedelta(days=1)
"""How long the address of a next page is followed in a later visit: how long the service honours it is not
documented; a source that answers is visited once a day at least. After that its second is read anew."""
FIELDS = {
    "Document": ("Soort", "DocumentNummer", "Titel", "Onderwerp", "Datum", "DatumRegistratie"),
    "Zaak": ("Soort", "Nummer", "Titel", "Onderwerp", "GestartOp"),
    "Activiteit": ("Soort", "Nummer", "Onderwerp"),
    "Besluit": ("BesluitSoort", "BesluitTekst"),
    "Stemming": ("Soort", "ActorFractie"),
    "Verslag": ("Soort", "Status"),
}
"""What is asked of each set, beside its Id and when it changed."""
WALK = ("since", "at", "link", "given")
"""The fields of the cursor that lead through a walk."""
ALWAYS = ("Id", "GewijzigdOp", "Verwijderd")
WORDED = ("Onderwerp", "Titel", "BesluitTekst")
"""The fields that hold words; a set without any is sought in its kind."""
SITE = "https://www.tweedekamer.nl"
PAGES = {
    "Document": ("DocumentNummer", f"{SITE}/downloads/document?id="),
    "Zaak": ("Nummer", f"{SITE}/kamerstukken/detail?id="),
    "Activiteit": ("Nummer", f"{SITE}/debat_en_vergadering/commissievergaderingen/details?id="),
}
"""The field with the number by which the site knows something, and where the site shows it."""
DATES = {"Document": ("Datum", "DatumRegistratie"), "Zaak": ("GestartOp",)}
"""The fields that say when something was made. That of an activity says when it will be held. A set
that does not say so tells at least when it changed."""


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """What changed since the newest change that we have, oldest first; deletions too, once there is a cursor.

    After a visit that ran out of pages: what changed since the last row that it read, without overlap, so
    that a walk comes to its end however much changed within an hour. Going on at a moment rather than at a
    page skips nothing when rows on the pages that were read have changed meanwhile.

    Without `$top`: it would limit the whole answer, and the service, which gives 250 a page by itself, would
    then give no next page.
    """
    query = source.query
    assert isinstance(query, TweedeKamer)
    newest, reached = moment_of(cursor.get("newest", "")), moment_of(cursor.get("at", ""))
    given = moment_of(cursor.get("given", ""))
    if cursor.get("link") and given and abs(moment - given) <= LINK_LASTS:
        return Question(cursor["link"], accept="application/json")
    since = stamp(reached or (newest - OVERLAP if newest else moment - FIRST))
    wanted = " and ".join(filter(None, ("Verwijderd eq false", _kinds(query), _words(query))))
    either = f"(Verwijderd eq true or ({wanted}))" if newest else wanted
    asks = {
        "$filter": f"GewijzigdOp ge {since} and {either}",
        "$orderby": "GewijzigdOp",
        "$select": ",".join((*ALWAYS, *FIELDS[query.entity])),
    }
    address = f"{source.address.rstrip('/')}/{query.entity}"
    return Question(with_parameters(address, asks), accept="application/json")


def parse(body: bytes, asked: Asked) -> Found:
    """The entries of one page, what is deleted, the next page, and as cursor the newest change.

    Raises Quarantine: service_fault with the service's own words, else as read.posts.reply does. A next page
    on another host is not asked: `short` is then cut_off.
    """
    answer = reply(body, asked)
    rows = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise _fault(answer)
    query = asked.source.query
    assert isinstance(query, TweedeKamer)
    live = [row for row in rows if not _deleted(row)]
    read = found(live, lambda row, by: made(query.entity, row, by), asked)
    link = answer.get("@odata.nextLink")
    page = onward(link, asked)
    page = page if page != asked_at(asked) else ""
    return replace(
        read,
        next=Question(page, accept="application/json") if page else None,
        cursor=_newest(rows, asked) | _walked(rows, page, asked),
        gone=tuple(row["Id"] for row in rows if _deleted(row) and string(row.get("Id"))),
        short="cut_off" if link and not page else "",
    )


def made(entity: str, row: Mapping[str, Any], asked: Asked) -> Item:
    """One row of a set as an item, the same from OData and from the SyncFeed; LookupError without an Id."""
    guid = string(row["Id"])
    kind = plain(string(row.get("Soort") or row.get("BesluitSoort")))
    named = [plain(string(row.get(field))) for field in (*WORDED, "ActorFractie", "Status")]
    said_of = list(dict.fromkeys(filter(None, named)))
    if not guid or not (said_of or kind):
        raise ValueError("nothing to know it by, or nothing to read")
    dated = (row.get(field) for field in (*DATES.get(entity, ()), "GewijzigdOp"))
    published, mark = dates.first_of(filter(None, dated), fetched_at=asked.fetched_at)
    return item(
        asked,
        guid=guid,
        url=_page(entity, row, guid),
        title=said_of[0] if said_of else f"{entity}: {kind}",
        text=". ".join(filter(None, (kind, *said_of[1:]))),
        published=published,
        language="nl",
        date_mark=mark,
    )


def _page(entity: str, row: Mapping[str, Any], guid: str) -> str:
    field, page = PAGES.get(entity, ("", ""))
    number = string(row.get(field))
    if re.fullmatch(r"\d{4}[A-Z]\d{3,}", number):
        return canonical(page + number)
    service = "https://gegevensmagazijn.tweedekamer.nl/OData/v4/2.0"
    return canonical(f"{service}/{entity}({guid})") if re.fullmatch(r"[0-9a-fA-F-]{36}", guid) else ""


def _deleted(row: Any) -> bool:
    return isinstance(row, dict) and row.get("Verwijderd") is True


def _newest(rows: list[Any], asked: Asked) -> dict[str, str]:
    known = moment_of(asked.cursor.get("newest", ""))
    newest = max(filter(None, (*_changed(rows, asked), known)), default=None)
    return {"newest": stamp(newest)} if newest else {}


def _changed(rows: list[Any], asked: Asked) -> list[datetime]:
    """When the rows changed, as far as they say so and it can be true."""
    raw = (row.get("GewijzigdOp") for row in rows if isinstance(row, dict))
    moments = (dates.moment(each, fetched_at=asked.fetched_at) for each in raw if each)
    return [each for each in moments if each]


def _walked(rows: list[Any], page: str, asked: Asked) -> dict[str, str]:
    """Where the next visit goes on if this one ends here, with a page that it did not ask; '' at the end.

    Moments are told apart to the second. When more than a visit's pages changed within one, as after a repair
    of the service, only the link to the next page leads on.
    """
    if not page:
        return {name: "" for name in WALK if name in asked.cursor}
    since = _asked_since(asked)
    reached = max((stamp(each) for each in _changed(rows, asked)), default="")
    reached = max(reached, asked.cursor.get("at", "") if since == asked.cursor.get("since") else "")
    if reached > since:
        return {"since": since, "at": reached, "link": "", "given": ""}
    return {"since": since, "at": since, "link": page, "given": stamp(asked.fetched_at)}


def _asked_since(asked: Asked) -> str:
    """From when this visit asks: as its question says, or when a link does not say it, as was remembered."""
    stated = re.match(r"GewijzigdOp ge (\S+Z) ", parameters(asked_at(asked)).get("$filter", ""))
    return stated[1] if stated else asked.cursor.get("since", "")


def _fault(answer: Any) -> Quarantine:
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        return Quarantine("service_fault", said(error.get("code"), error.get("message")))
    return Quarantine("unreadable", "the reply has no list 'value'")


def _kinds(query: TweedeKamer) -> str:
    field = "BesluitSoort" if query.entity == "Besluit" else "Soort"
    return _any(f"{field} eq {_quoted(kind)}" for kind in query.kinds)


def _words(query: TweedeKamer) -> str:
    fields = [field for field in FIELDS[query.entity] if field in WORDED] or ["Soort"]
    return _any(
        f"contains(tolower({field}),{_quoted(word.lower())})" for word in query.words for field in fields
    )


def _any(conditions: Iterable[str]) -> str:
    joined = " or ".join(conditions)
    return f"({joined})" if joined else ""


def _quoted(text: str) -> str:
    """A text within an OData filter: a quote in it stands twice."""
    return "'" + text.replace("'", "''") + "'"
