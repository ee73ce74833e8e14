"""What somebody asks to have erased is gone from every file, stays gone, and takes nothing else along."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from documented import documented
from kaders import cli
from kaders.errors import ConfigurationError, KadersError
from kaders.jobs.alerts import alerts
from kaders.jobs.backup import backup, restore
from kaders.jobs.collect import collect
from kaders.jobs.detect import detect
from kaders.jobs.erase import again, erase, finish
from kaders.jobs.erase_look import Request, look, named_in
from kaders.jobs.export import export
from kaders.jobs.housekeeping import housekeeping
from kaders.jobs.imports import import_file
from kaders.jobs.load import load
from kaders.jobs.rebuild import rebuild
from kaders.jobs.report import report
from kaders.jobs.rotate import rotate
from kaders.jobs.search import search
from kaders.jobs.tag import tag
from kaders.jobs.verify import verify
from kaders.model import Item, Summary
from kaders.read.people import byline, current, pseudonym
from kaders.settings import Settings
from kaders.store import audit, erased, erasing, keys, landing, pages, state
from kaders.store.connection import publish, reading, writing
from kaders.store.results import save_results
from small_site import Site
from traces import traces

pytestmark = pytest.mark.slow

MORNING = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
AFTER = MORNING + timedelta(hours=1)
"""The report is made and not yet sent: that is at 08:00, an hour later than UTC."""
NOON = MORNING + timedelta(hours=6)
NAME = "Zwaluwstaartje Qrxw"
TOKEN = "zwaluwstaartje"
SIGNALS = Path(__file__).parents[1] / "fixtures" / "signals.json"
FILLER = "De bewoners van de wijk staan al de hele week in de rij en niemand neemt daar de telefoon op"


@dataclass
class Town:
    """An organisation with four kinds of source, filled by the jobs themselves."""

    settings: Settings
    site: Site

    @property
    def data(self) -> Path:
        return self.settings.places.data

    def traces(self, *sought: str) -> list[str]:
        return traces(self.data, *(sought or (TOKEN,)))

    def collect(self, at: datetime) -> Summary:
        return collect(self.settings, at, now=at)

    def day(self, at: datetime = MORNING) -> None:
        """Everything of a morning."""
        self.collect(at)
        tag(self.settings, at)
        load(self.settings, at)

    def ask(self, *, at: datetime = AFTER, sent_too: bool = False, why: str = "", **asked: Any) -> Summary:
        given: dict[str, Any] = {name: (value,) for name, value in asked.items()}
        request = Request(**given)
        return erase(self.settings, at, request, look(self.settings, request), why=why, sent_too=sent_too)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with writing(self.settings.places) as con:
            return con.execute(query).fetchall()

    def titles(self) -> set[str]:
        """What readers find that still has words."""
        with reading(self.settings.places) as con:
            return {t for (t,) in con.execute("SELECT title FROM documents WHERE title <> ''").fetchall()}


def rss(site: Site, *entries: tuple[str, str, str, str]) -> bytes:
    """A feed of guid, title, author and text."""
    items = "".join(
        f"<item><guid>{site.url}/krant/{guid}</guid><link>{site.url}/krant/{guid}</link><title>{title}</title>"
        f"<dc:creator>{author}</dc:creator><description>{text}</description>"
        "<pubDate>Sun, 22 Nov 2026 10:00:00 +0100</pubDate></item>"
        for guid, title, author, text in entries
    )
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Krant</title>{items}</channel></rss>"
    ).encode()


NEWS = (
    (
        f"{TOKEN}-klaagt",
        "Brug blijft dicht",
        NAME,
        f"Volgens de schrijver {FILLER}. Waarom weet {TOKEN} dat niet?",
    ),
    ("twee", "Markt verhuist", "Redactie", f"De markt verhuist naar het plein, en {FILLER}."),
    ("drie", f"{NAME} opent de brug", "Redactie", f"Een feest, want {FILLER}. Komt {NAME} ook?"),
)


def toot(number: int, account: str, text: str) -> dict[str, Any]:
    return {
        "id": str(number), "created_at": "2026-11-22T18:00:00.000Z", "visibility": "public", "language": "nl",
        "url": f"https://sociaal.example/@{account}/{number}", "content": f"<p>{text}</p>",
        "uri": f"https://sociaal.example/users/{account}/statuses/{number}", "account": {"acct": account},
    }  # fmt: skip


def sources(site: Site) -> str:
    def one(id_: str, kind: str, reader: str, path: str, more: str = "") -> str:
        address = f"url: '{site.url}{path}', " if path else ""
        return (
            f"- {{id: {id_}, name: {id_}, kind: {kind}, reader: {reader}, {address}owner_group: {id_}, "
            f"expected_per_day: 9, terms: open{more}}}\n"
        )

    return (
        "sources:\n"
        + one("krant", "news", "feed", "/krant", ", pages: true, permission: open_licence")
        + one("spiegel", "news", "feed", "/spiegel")
        + one("plein", "social", "mastodon", "/api/v1/timelines/tag/brug")
        + one("brieven", "rss", "import", "")
    )


def served(site: Site) -> None:
    site.pages["/krant"] = rss(site, *NEWS)
    site.pages |= {f"/krant/{guid}": (503, "") for guid, *_ in NEWS}  # so that they wait in the queue
    site.pages["/spiegel"] = rss(
        site, ("spiegel", "Spiegel van de dag", "Redactie", f"Andere woorden dan elders; {FILLER}.")
    )
    posts = [toot(2, "bo", f"Ik sta ook in de rij, {FILLER}"), toot(1, TOKEN, f"Bij mij ook: {FILLER}?")]
    site.pages["/api/v1/timelines/tag/brug"] = json.dumps(posts).encode()


def letters(folder: Path) -> Path:
    path = folder / "brieven.csv"
    path.write_text(
        "id,title,text,url,published,author\n"
        f"1,Een brief,Over de brug en {FILLER}.,https://brieven.example/1,2026-11-22T10:00:00Z,{NAME}\n"
        f"2,Nog een brief,Ook over de brug maar {FILLER}.,https://brieven.example/2,2026-11-22T10:00:00Z,Iemand\n",
        "utf-8",
    )
    return path


def fixture() -> dict[str, Any]:
    """A morning of one signal."""
    payload: dict[str, Any] = json.loads(SIGNALS.read_text("utf-8"))
    issue = payload["signals"][0]["issue"]
    few = {"signals": payload["signals"][:1], "issues": [i for i in payload["issues"] if i["issue"] == issue]}
    return payload | few


def morning(town: Town) -> None:
    """A morning whose evidence, questions and new words are those of the person, as a judgement may have them."""
    detect(town.settings, MORNING)
    payload = fixture()
    signal = payload["signals"][0]
    url = f"{town.site.url}/krant/{TOKEN}-klaagt"
    signal["evidence"][0] |= {
        "title": "Brug blijft dicht",
        "url": url,
        "snippet": f"Volgens de schrijver {FILLER}.",
    }
    signal["evidence"][1] |= {
        "title": "",
        "url": "https://sociaal.example/statuses/1",
        "snippet": f"Bij mij ook: {FILLER}?",
    }
    question = {"text": f"Komt {NAME} ook?", "language": "nl", "times": 1}
    signal["questions"] = [question, {"text": "Wanneer gaat de brug open?", "language": "nl", "times": 3}]
    signal["novelty"] = {
        "p": 0.01,
        "terms": [{"term": TOKEN, "seen": 4, "before": 0}, {"term": "brug", "seen": 4, "before": 0}],
    }
    signal["headline"] = {"nl": f"Nieuw: {TOKEN} en brug", "en": f"New: {TOKEN} and brug"}
    payload["questions"] = [question | {"issue": signal["issue"], "name": signal["name"]}]
    with writing(town.settings.places) as con:
        save_results(con, payload)
    publish(town.settings.places)
    town.settings.places.signals("2026-11-23").write_text(json.dumps(payload), "utf-8")


@pytest.fixture(scope="module")
def filled(loaded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town after its first morning; tests take copies."""
    import threading

    from kaders.desk import read_shelf
    from kaders.settings import Source, Subscription

    folder, site = tmp_path_factory.mktemp("town"), Site()
    threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    served(site)
    for name in loaded.places.folder.glob("*.yaml"):
        shutil.copy(name, folder)
    (folder / "sources.yaml").write_text(sources(site), "utf-8")
    shelf = read_shelf(folder / "sources.yaml", "sources", Source)
    assert not shelf.problems
    places = loaded.places.model_copy(update={"folder": folder, "data": folder / "data"})
    pers = Subscription(id="pers", to="PERS_MAIL", channel="mail", min_level="watch")
    settings = loaded.model_copy(
        update={
            "sources": tuple(entry.item for entry in shelf.entries),
            "places": places,
            "allowed": (site.place,),
            "subscriptions": (pers,),
        }
    )
    town = Town(settings, site)
    town.collect(MORNING - timedelta(hours=1))
    import_file(settings, letters(folder), MORNING - timedelta(hours=1), source="brieven")
    tag(settings, MORNING)
    load(settings, MORNING)
    morning(town)
    report(settings, MORNING)
    export(settings, MORNING)
    alerts(settings, MORNING)
    search(settings, MORNING, "brug")
    yield town
    site.shutdown()
    site.server_close()


@pytest.fixture
def town(filled: Town, tmp_path: Path) -> Iterator[Town]:
    shutil.copytree(filled.data, tmp_path / "data")
    places = filled.settings.places.model_copy(update={"data": tmp_path / "data"})
    yield Town(filled.settings.model_copy(update={"places": places}), filled.site)
    served(filled.site)


def person(town: Town) -> tuple[str, ...]:
    """All by which the person can be known: name, account, and the pseudonyms of both."""
    key = keys.key(town.settings.places)
    found = [byline(NAME, source, key) for source in town.settings.sources]
    found.append(pseudonym(f"{TOKEN}@127.0.0.1", key))
    return (TOKEN, "qrxw", *filter(None, found))


def all_of_it(town: Town, *, at: datetime = AFTER, sent_too: bool = False) -> list[Summary]:
    """The three requests that the person would make."""
    return [
        town.ask(authors=NAME, at=at, sent_too=sent_too, why="asked by letter"),
        town.ask(authors=f"@{TOKEN}", at=at, sent_too=sent_too),
        town.ask(texts=NAME.upper().replace(" ", " - "), at=at, sent_too=sent_too),
    ]


@pytest.fixture(scope="module")
def cleaned(filled: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town after the three requests, before its report was sent; tests only look at it."""
    data = tmp_path_factory.mktemp("cleaned") / "data"
    shutil.copytree(filled.data, data)
    places = filled.settings.places.model_copy(update={"data": data})
    town = Town(filled.settings.model_copy(update={"places": places}), filled.site)
    for summary in all_of_it(town):
        assert summary.failures == () == summary.outputs
    return town


def outside_the_list(town: Town) -> list[str]:
    """Where the person is found but for the list itself, which keeps pseudonyms to know them again."""
    return [each for each in town.traces(*person(town)) if "state/dijkdorp/erased/" not in each]


def test_the_person_is_everywhere_at_first(town: Town) -> None:
    found = " ".join(outside_the_list(town))
    for place in ("landing/", "tagged/", "warehouse/", "published/", "search.duckdb", "signals.json", "report.nl.html",
                  "out_signal.payload", "alerts/", "state/dijkdorp/pages", "signals.atom", "core_question"):  # fmt: skip
        assert place in found, place


def test_not_one_file_holds_the_person_any_more(filled: Town, cleaned: Town) -> None:
    assert outside_the_list(cleaned) == []
    assert traces(cleaned.data, NAME, TOKEN) == []
    for table in ("core_tag", "raw_fetch", "out_signal"):
        count = f"SELECT count(*) FROM {table}"
        assert cleaned.rows(count) == filled.rows(count) != [(0,)]
    others = {title for title in filled.titles() if "Brug" not in title and TOKEN not in title.lower()}
    assert others - cleaned.titles() == {t for t in others if t == "Een brief" or t.startswith("Bij mij")}
    assert len(cleaned.rows("FROM core_document WHERE fate = 'withdrawn'")) == 4
    assert verify(cleaned.settings, AFTER).failures == ()
    assert search(cleaned.settings, NOON, "brug").total == 1


def test_a_page_keeps_what_others_said(cleaned: Town) -> None:
    folder = cleaned.settings.places.reports / "2026-11-23"
    payload = json.loads((folder / "signals.json").read_text("utf-8"))
    signal = payload["signals"][0]
    assert len(signal["evidence"]) == len(fixture()["signals"][0]["evidence"]) - 2
    assert [q["text"] for q in signal["questions"]] == ["Wanneer gaat de brug open?"]
    assert [t["term"] for t in signal["novelty"]["terms"]] == ["brug"]
    assert signal["headline"]["nl"] == "Nieuw: … en brug"
    page = (folder / "report.nl.html").read_text("utf-8")
    assert "Wanneer gaat de brug open?" in page and 'class="removed"' not in page


def test_twice_changes_nothing(cleaned: Town) -> None:
    before = {p: p.read_bytes() for p in cleaned.data.rglob("*.gz")}
    request = Request(authors=(NAME,))
    seen = look(cleaned.settings, request)
    assert seen.before and not seen.entries
    erase(cleaned.settings, NOON, request, seen)
    assert {p: p.read_bytes() for p in cleaned.data.rglob("*.gz")} == before


def test_a_page_in_the_queue_is_not_read(filled: Town, cleaned: Town) -> None:
    def waits(town: Town) -> bool:
        return any(TOKEN in one.entry.url for one in pages.waiting(town.settings.places, "krant"))

    assert (waits(filled), waits(cleaned)) == (True, False)


def test_the_list_and_the_log_name_nobody(cleaned: Town) -> None:
    lines = [line for line in audit.lines(cleaned.settings.places) if isinstance(line, audit.Line)]
    first = next(line for line in lines if line.what == "erasure")
    assert first.why == "asked by letter" and first.counts["documents"] == 2 and len(first.about) == 16
    lists = cleaned.settings.places.of("state") / "erased"
    assert traces(cleaned.data / "audit", TOKEN) == traces(lists, TOKEN) == []


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"texts": "Markt verhuist"}, "de Markt verhuist immers"),
        ({"authors": "J. van Zwaluw-Staart"}, "brief van mevrouw Zwaluw"),
        ({"authors": "@jan_staart@sociaal.example"}, "mail van Staart"),
        ({"authors": "José Zwálüw"}, "brief van mevrouw ZWA\u00adLUW"),
        ({"texts": "José Z."}, "brief van Jose Z"),
        ({"urls": "https://brieven.example/1"}, "gevraagd: https://brieven.example/1!"),
    ],
)
def test_the_log_may_not_be_told_who_it_is(cleaned: Town, asked: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigurationError, match="names what is erased"):
        cleaned.ask(**asked, why=why)


@pytest.mark.parametrize("why", ["brief van 20 november", "gevraagd via sociaal.example", ""])
def test_a_reason_that_tells_nothing_is_taken(cleaned: Town, why: str) -> None:
    assert not named_in(
        why, Request(authors=("Jan van der Staart", "@jan@sociaal.example"), texts=("Jan S.",))
    )


@pytest.mark.slow
def test_past_mornings_count_as_they_did(town: Town) -> None:
    query = "SELECT count(DISTINCT id) FROM documents"
    with reading(town.settings.places) as con:
        con.execute(f"SET VARIABLE as_of = '{MORNING.isoformat()}'::TIMESTAMPTZ")
        before = con.execute(query).fetchall()
    all_of_it(town, at=NOON)
    with reading(town.settings.places) as con:
        con.execute(f"SET VARIABLE as_of = '{MORNING.isoformat()}'::TIMESTAMPTZ")
        assert con.execute(query).fetchall() == before
        con.execute(f"SET VARIABLE as_of = '{(NOON + timedelta(hours=1)).isoformat()}'::TIMESTAMPTZ")
        assert con.execute(query).fetchall() == [(before[0][0] - 4,)]


def test_what_was_sent_is_named_and_goes_when_asked(town: Town) -> None:
    summaries = all_of_it(town, at=NOON)
    pages = {path for summary in summaries for path in summary.outputs}
    assert {Path(path).name for path in pages} == {"report.nl.html", "report.en.html"}
    assert all(
        place.startswith("out/dijkdorp/reports/2026-11-23/report.") for place in outside_the_list(town)
    )
    assert town.ask(authors=NAME, at=NOON, sent_too=True).outputs == ()
    assert outside_the_list(town) == []
    page = (town.settings.places.reports / "2026-11-23" / "report.nl.html").read_text("utf-8")
    assert (
        "Op maandag 23 november 2026 is op verzoek van een betrokkene iets uit deze ochtend verwijderd."
        in page
    )
    payload = json.loads(town.settings.places.signals("2026-11-23").read_text("utf-8"))
    assert payload.keys() - fixture().keys() == documented("A morning from which something was erased")
    assert payload["removed"] == "2026-11-23"


@pytest.mark.slow
def test_a_page_that_nobody_can_paint_anew_is_named(town: Town) -> None:
    path = town.settings.places.signals("2026-11-23")
    path.write_text(path.read_text("utf-8").replace("kaders/signals/1", "kaders/signals/0"), "utf-8")
    said = all_of_it(town)[0].failures
    assert [line.rpartition("/")[2] for line in said] == [
        f"report.{language}.html is of another version of Kaders and shows it: remove it"
        for language in ("nl", "en")
    ]


def test_the_history_of_a_document_says_no_more_of_it(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    def asked(what: str) -> int:
        places, moment = town.settings.places, AFTER.isoformat()
        return cli.main(["history", what, str(places.folder), "--data", str(places.data), "--moment", moment])

    address = f"{town.site.url}/krant/{TOKEN}-klaagt"
    (entry,) = look(town.settings, Request(urls=(address,))).entries
    assert asked(address) == 0
    assert "first seen: Brug blijft dicht" in capsys.readouterr().out
    town.ask(urls=address, at=MORNING)
    assert asked(address) == 1
    assert "no document is known by" in capsys.readouterr().out
    assert asked(entry.id) == 0
    told = capsys.readouterr().out
    assert "first seen: (no words left)" in told and "or erased" in told and TOKEN not in told.lower()


@pytest.mark.slow
def test_a_mail_that_was_sent_loses_its_lines(town: Town) -> None:
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["Subject"], mail["To"] = f"Nieuw: {TOKEN}", "pers@dijkdorp.example"
    mail.set_content(
        f"Signaal\n- Brug blijft dicht (krant)\n  {town.site.url}/krant/{TOKEN}-klaagt\n- Markt verhuist\n"
    )
    mail.add_alternative(f"<p>{NAME} opent de brug</p>", subtype="html")
    box = town.settings.places.of("out") / "mailbox" / "0001.eml"
    box.parent.mkdir(parents=True)
    box.write_bytes(mail.as_bytes())
    told = town.settings.places.of("out") / "webhook" / "0001.json"
    told.parent.mkdir(parents=True)
    told.write_text(
        json.dumps(
            {"signals": [{"evidence": [{"title": "x", "url": f"{town.site.url}/krant/{TOKEN}-klaagt"}]}]}
        )
    )
    all_of_it(town, sent_too=True)
    assert outside_the_list(town) == []
    assert "Markt verhuist" in box.read_text("utf-8") and json.loads(told.read_text()) == {
        "signals": [{"evidence": []}]
    }


@pytest.mark.slow
def test_it_does_not_come_back(town: Town, tmp_path: Path) -> None:
    archive = tmp_path / "old.tar.zst"
    backup(town.settings, MORNING, archive)
    all_of_it(town)
    rebuild(town.settings, AFTER)
    assert outside_the_list(town) == [], "after a rebuild"
    places = town.settings.places.model_copy(update={"data": tmp_path / "elsewhere"})
    other = replace(town, settings=town.settings.model_copy(update={"places": places}))
    told = restore(other.settings, NOON, archive, again=again, also=town.settings.places)
    assert told.counts["marks"] > 5 and keys.ring(places) == keys.ring(town.settings.places)
    assert [
        p for p in traces(places.data, *person(town)) if "/report." not in p and "/erased/" not in p
    ] == [], "after a restore into another folder"
    restore(town.settings, NOON, archive, replace=True, again=again)
    assert [p for p in outside_the_list(town) if "/report." not in p] == [], (
        "after a restore, put aside included"
    )
    assert verify(town.settings, NOON).counts["landing_files"] > 3
    edited = [(guid, f"Verbeterd: {title}", author, text) for guid, title, author, text in NEWS]
    town.site.pages["/krant"] = rss(town.site, *edited, ("nieuw", "Heel nieuw stuk", NAME, f"Weer {FILLER}."))
    elsewhere = rss(
        town.site, (f"{TOKEN}-klaagt", "Brug blijft dicht, zegt men", "Redactie", f"Anders: {FILLER}.")
    )
    town.site.pages["/spiegel"] = elsewhere
    for hours in (1, 2):
        summary = town.collect(NOON + timedelta(hours=hours))
        assert summary.counts.get("erased", 0) == (4 if hours == 1 else 0), "counted when it is met first"
    tag(town.settings, NOON)
    load(town.settings, NOON + timedelta(hours=3))
    assert [p for p in outside_the_list(town) if "/report." not in p] == []
    assert "Verbeterd: Markt verhuist" in town.titles()
    import_summary = import_file(
        town.settings, letters(tmp_path), NOON + timedelta(hours=4), source="brieven"
    )
    assert import_summary.counts["erased"] == 1
    lines = town.rows("SELECT detail FROM raw_fetch WHERE detail LIKE '%erased%' ORDER BY ALL")
    assert [line.partition(",")[0] for (line,) in lines] == ["1 left out", "3 left out"]


@pytest.mark.parametrize("end", ["", "/", "?utm_source=x", "#deel"])
def test_an_address_in_any_of_its_forms(town: Town, end: str) -> None:
    seen = look(town.settings, Request(urls=(f"{town.site.url.replace('http:', 'https:')}/krant/twee{end}",)))
    assert [entry.title for entry in seen.entries] == ["Markt verhuist"]


@pytest.mark.parametrize(
    "url", ["https://sociaal.example/@bo/2", "https://sociaal.example/users/bo/statuses/2"]
)
def test_a_post_by_its_own_address(town: Town, url: str) -> None:
    seen = look(town.settings, Request(urls=(url,)))
    assert [entry.source for entry in seen.entries] == ["plein"]
    assert not look(town.settings, Request(urls=("https://sociaal.example/",))).entries


@pytest.mark.parametrize("name", ["bo", "@bo", "bo@127.0.0.1", "@BO@127.0.0.1"])
def test_an_account_however_it_is_typed(town: Town, name: str) -> None:
    assert [entry.source for entry in look(town.settings, Request(authors=(name,))).entries] == ["plein"]


def test_authors_of_one_source(town: Town) -> None:
    def found(source: str) -> set[str]:
        return {
            entry.source for entry in look(town.settings, Request(authors=(NAME,), source=source)).entries
        }

    assert (found(""), found("krant"), found("spiegel")) == ({"krant", "brieven"}, {"krant"}, set())
    assert look(town.settings, Request(authors=(NAME,))).mentions == 1


@pytest.mark.slow
def test_what_one_source_has_of_an_author_goes_and_what_another_has_stays(town: Town) -> None:
    def left() -> set[str]:
        return {
            source for (source,) in town.rows("SELECT source FROM core_document WHERE author IS NOT NULL")
        }

    request = Request(authors=(NAME,), source="brieven")
    rotate(town.settings, AFTER)  # which leaves it at that
    for _ in range(2):
        erase(town.settings, AFTER, request, look(town.settings, request))
        titles = town.titles()
        assert "Een brief" not in titles and {"Brug blijft dicht", "Nog een brief"} <= titles
        rotate(town.settings, NOON)
    assert look(town.settings, request).before
    assert [each.source for each in look(town.settings, Request(authors=(NAME,))).entries] == ["krant"]
    assert left() == {"krant", "spiegel", "plein", "brieven"}
    more = rss(town.site, ("nieuw", "Heel nieuw stuk", NAME, f"Weer {FILLER}."))
    town.site.pages["/krant"] = more
    assert "erased" not in town.collect(NOON).counts
    again_ = import_file(town.settings, letters(town.data.parent), NOON, source="brieven")
    assert again_.counts["erased"] == 1


def test_words_whatever_stands_between_them(town: Town) -> None:
    def found(words: str) -> list[str]:
        return [entry.title for entry in look(town.settings, Request(texts=(words,))).entries]

    assert found("DE MARKT... verhuist naar") == ["Markt verhuist"]
    assert found("markt plein") == found("arkt verhuist") == []


@pytest.mark.slow
def test_what_retention_took_from_landing_goes_from_the_warehouse(town: Town) -> None:
    for path in landing.paths(town.settings.places):
        path.unlink()
    shutil.rmtree(town.settings.places.of("tagged"))
    all_of_it(town)
    assert outside_the_list(town) == []
    assert len(town.rows("SELECT DISTINCT entry FROM core_document WHERE title = '' AND text = ''")) == 4


@pytest.mark.slow
def test_a_source_that_is_gone_is_searched_too(town: Town) -> None:
    left = tuple(source for source in town.settings.sources if source.id != "brieven")
    gone = Town(town.settings.model_copy(update={"sources": left}), town.site)
    all_of_it(gone)
    assert outside_the_list(gone) == []


class Killed(BaseException):
    """As kill -9 does: nothing after it is done."""


STEPS = ("empty_files", "land_tombstones", "_tag", "empty_rows")
LATER = (*STEPS[1:], "_empty_signals", "_left_lying", "_logged", "rewrite", "update", "paint_lists")


@pytest.mark.parametrize("step", [STEPS[0], *(pytest.param(step, marks=pytest.mark.slow) for step in LATER)])
def test_broken_off_it_is_finished_by_the_next_load(
    town: Town, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kaders.jobs import erase as job
    from kaders.jobs import erase_made
    from kaders.store import rewrite, search_index

    places = {"rewrite": rewrite, "update": search_index, "paint_lists": erase_made}
    holder = places.get(step, erasing if step in STEPS else job)

    def dies(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as once, pytest.raises(Killed):
        once.setattr(holder, step, dies)
        town.ask(texts=NAME)
    load(town.settings, NOON)
    assert traces(town.data, "opent de brug") == []
    assert len(town.rows("FROM core_document WHERE fate = 'withdrawn'")) == 1
    assert erased.owed(town.settings.places) is None
    assert [line.what for line in audit.lines(town.settings.places) if isinstance(line, audit.Line)].count(
        "erasure"
    ) == 1
    assert verify(town.settings, NOON).failures == ()


def test_what_a_tagger_had_in_hand_is_taken_out_when_it_is_loaded(town: Town) -> None:
    path = landing.paths(town.settings.places, "krant")[0]
    made = next(each for each in town.settings.places.of("tagged").rglob(path.name) if "krant" in each.parts)
    with_words = made.read_bytes()
    town.rows("DELETE FROM raw_landing WHERE file LIKE 'krant/%'")
    town.rows("DELETE FROM core_document WHERE source = 'krant'")
    town.ask(texts=NAME)
    town.rows("DELETE FROM raw_landing WHERE file LIKE 'krant/%'")
    made.write_bytes(with_words)  # it had read the landing file before
    load(town.settings, NOON)
    assert traces(town.data, "opent de brug") == []


@pytest.mark.slow
def test_housekeeping_finishes_it_as_well(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as once, pytest.raises(Killed):
        once.setattr(erasing, "empty_files", dies)
        town.ask(texts=NAME)
    housekeeping(town.settings, AFTER)
    assert traces(town.data, "opent de brug") == [] and finish(town.settings, NOON) == ()


def test_a_visit_that_goes_on_is_waited_for_and_else_named(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kaders.store.lock import source_lock

    monkeypatch.setattr(erasing, "PATIENCE", 0.1)
    with source_lock(town.settings.places, "krant"):
        (said,) = town.ask(texts=NAME).failures
        assert "krant was being visited all the time" in said
    assert load(town.settings, NOON).failures == ()
    assert traces(town.data, "opent de brug") == []


@pytest.mark.slow
def test_what_broken_runs_left_lying_goes(town: Town) -> None:
    places = town.settings.places
    old = places.warehouse.with_name(f"{places.warehouse.name}.unreadable")
    stray = places.of("landing") / "krant" / ".x.tmp"
    staged = town.data / ".restore-dijkdorp-x.tmp" / "landing"
    staged.mkdir(parents=True)
    for path in (old, stray, staged / "x", places.published.with_name(f".{places.published.name}.tmp")):
        path.write_text(NAME, "utf-8")
    os.utime(stray, (0, 0))
    log = town.data / "airflow" / "logs" / "x.log"
    log.parent.mkdir(parents=True)
    log.write_text(f"begin\nfailed: {NAME} opent de brug\nend\n", "utf-8")
    all_of_it(town)
    assert outside_the_list(town) == [] and log.read_text("utf-8") == "begin\nend\n"


@pytest.mark.slow
def test_what_another_job_had_half_written_is_looked_at_by_the_next_load(town: Town) -> None:
    part = town.settings.places.of("tagged") / "v1" / "krant" / ".x.tmp"
    part.parent.mkdir(parents=True)
    part.write_text(f"{NAME} opent de brug", "utf-8")
    town.ask(texts=NAME, why="letter of 20 November")
    assert part.exists(), "its writer may be at work"
    load(town.settings, NOON)
    os.utime(part, (0, 0))
    load(town.settings, NOON + timedelta(hours=1))
    assert traces(town.data, "opent de brug") == [] and erased.owed(town.settings.places) is None
    told = [line.why for line in audit.lines(town.settings.places) if isinstance(line, audit.Line)]
    assert told.count("letter of 20 November") == 1


def test_a_damaged_landing_file_is_named(town: Town) -> None:
    path = landing.paths(town.settings.places, "spiegel")[0]
    path.write_bytes(b"geen gzip")
    assert look(town.settings, Request(texts=(NAME,))).damaged == (path,)
    assert any("is damaged, so it was not searched" in said for said in town.ask(texts=NAME).failures)


def test_a_damaged_list_stops_the_collector_with_a_sentence(town: Town) -> None:
    town.ask(texts=NAME)
    path = town.settings.places.of("state") / "erased" / "marks.txt"
    path.write_text(path.read_text("utf-8") + "author zz\n", "utf-8")
    with pytest.raises(ConfigurationError, match=r"Line \d+ of .*marks.txt is damaged"):
        town.collect(NOON)


def test_another_key_is_no_key_to_the_list(town: Town) -> None:
    town.ask(texts=NAME)
    keys.path_of(town.settings.places).unlink()
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="is not the key with which"):
            town.collect(NOON)
        assert not keys.path_of(town.settings.places).exists(), "no new one is made meanwhile"


def test_posts_that_a_reader_remembers_by_their_account(town: Town) -> None:
    """Bluesky's names for posts hold the number of the account."""
    uri = f"at://did:plc:{TOKEN}/app.bsky.feed.post/3k"
    places, at = town.settings.places, NOON
    landing.write(places, "plein", at, [Item("plein", uri, "", "", f"Het {FILLER}", at, at)])
    known = state.load(places, "plein")
    assert known
    cursor = {"held": f"{uri}|739577 7|739577", "newest": "7", "witness": uri}
    for _ in range(2):
        state.save(places, "plein", replace(known, cursor=cursor))
    town.ask(texts=f"Het {FILLER}")
    left = state.load(places, "plein")
    assert left and left.cursor == {"held": "7|739577", "newest": "7", "witness": ""}
    assert traces(places.of("state"), "did:plc") == []


@pytest.mark.slow
def test_somebody_says_no(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\nn\ny\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert [typed(town, "erase", "--text", NAME) for _ in range(3)] == [1, 1, 0]
    assert traces(town.data, "opent de brug") == []


@pytest.mark.slow
def test_after_a_rotation_the_person_is_found_by_name_and_goes(town: Town) -> None:
    rotate(town.settings, MORNING)
    ring = keys.ring(town.settings.places)
    everything = {form for each in person(town) for form in (each, current(each, ring))}
    assert any(each.startswith("2:") for each in everything) and town.traces(*everything)
    all_of_it(town)
    assert [p for p in town.traces(*everything) if "state/dijkdorp/erased/" not in p] == []


@pytest.mark.slow
def test_after_a_rotation_an_erased_author_stays_erased(town: Town) -> None:
    town.ask(authors=NAME)
    rotate(town.settings, NOON)
    listed = (town.settings.places.of("state") / "erased" / "marks.txt").read_text("utf-8")
    assert "author 2:" in listed and not any(each in listed for each in person(town))
    town.site.pages["/krant"] = rss(town.site, *NEWS, ("nieuw", "Heel nieuw stuk", NAME, f"Weer {FILLER}."))
    assert town.collect(NOON + timedelta(hours=1)).counts["erased"] == 1
    assert [e.source for e in look(town.settings, Request(authors=("bo",))).entries] == ["plein"]


def typed(town: Town, *words: str) -> int:
    places = town.settings.places
    moment = AFTER.isoformat()
    return cli.main(
        [words[0], str(places.folder), "--data", str(places.data), "--moment", moment, *words[1:]]
    )


def test_at_the_keyboard(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(town, "erase") == 2
    assert "say what to erase" in capsys.readouterr().err
    assert typed(town, "erase", "--text", "dit staat nergens") == 1
    assert "nothing here is of that" in capsys.readouterr().out
    assert typed(town, "erase", "--author", NAME, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "2026-11-22  krant  Brug blijft dicht" in said and "1 documents by others hold the name" in said
    assert typed(town, "erase", "--author", NAME) == 2, "nobody is there to be asked"
    assert typed(town, "erase", "--author", NAME, "--yes", "--why", "letter of 20 November") == 0
    assert "documents 2" in capsys.readouterr().out
    assert typed(town, "erase", "--author", NAME, "--yes") == 0
    assert "this was erased before" in capsys.readouterr().out
    assert typed(town, "erase", "--url", "brug", "--yes") == 2
    assert typed(town, "erase", "--author", NAME, "--source", "nergens") == 2
    capsys.readouterr()
    assert typed(town, "audit") == 0
    assert "why: letter of 20 November; request " in capsys.readouterr().out
    (path,) = audit.paths(town.settings.places)
    path.write_bytes(path.read_bytes() + b"{half")
    assert typed(town, "audit", "--since", "1d") == 1
    assert "is damaged" in capsys.readouterr().err


def test_exports_backups_and_searches_are_in_the_log(town: Town, tmp_path: Path) -> None:
    backup(town.settings, NOON, tmp_path / "x.tar.zst", with_key=True)
    assert (
        cli.main(
            [
                "search",
                "brug",
                str(town.settings.places.folder),
                "--data",
                str(town.data),
                "--csv",
                str(tmp_path / "x.csv"),
            ]
        )
        == 0
    )
    lines = [line for line in audit.lines(town.settings.places) if isinstance(line, audit.Line)]
    said = [(line.what, line.note) for line in lines]
    assert ("export", "trends of 2026-W47") in said and ("export", "hits of a search, as CSV") in said
    assert ("backup", "with the key of pseudonyms") in said


def test_a_quote_with_a_name_is_noted_and_names_nobody(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    page = f"https://krant.example/{TOKEN}"
    quote = ("audit", "--named-quote", page, "--official", "alderman for housing")
    assert typed(town, *quote) == typed(town, *quote, "--why", " ") == typed(town, "audit", "--why", "x") == 2
    assert "--why REASON" in capsys.readouterr().err
    assert typed(town, "audit", "--named-quote", "krant", *quote[3:], "--why", "on the record") == 2
    assert "is the address of no page" in capsys.readouterr().err
    assert typed(town, *quote, "--why", "on the record") == typed(town, "audit") == 0
    assert "said as alderman for housing; why: on the record; request " in capsys.readouterr().out
    (line,) = [
        each for each in audit.lines(town.settings.places) if getattr(each, "what", "") == "named_quote"
    ]
    assert isinstance(line, audit.Line) and len(line.about) == 16 and traces(town.data / "audit", TOKEN) == []
    with pytest.raises(ConfigurationError, match="needs a reason"):
        audit.note(town.settings.places, NOON, "named_quote")


def test_nobody_chooses_the_date_of_a_line(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    begun = datetime.now(UTC)
    places = town.settings.places
    for words in (
        ("erase", "--text", "Markt verhuist", "--yes"),
        ("key", "rotate"),
        ("backup", str(town.data.parent / "x.tar.zst")),
        ("export",),
    ):
        last = (str(places.folder), "--data", str(town.data), "--moment", AFTER.isoformat())
        assert cli.main([*words, *last]) == 0
    lines = [line for line in audit.lines(town.settings.places, begun) if isinstance(line, audit.Line)]
    assert [line.what for line in lines] == ["erasure", "rotation", "backup", "export"]
    assert all(begun <= line.moment <= datetime.now(UTC) and line.given == AFTER for line in lines)
    since = keys.read(keys.path_of(places))[-1].since
    assert since and since >= begun
    capsys.readouterr()
    assert typed(town, "audit") == 0
    assert "as of 2026-11-23 07:30" in capsys.readouterr().out


@pytest.mark.slow
def test_the_log_is_in_a_backup_and_keeps_its_lines_of_now(town: Town, tmp_path: Path) -> None:
    backup(town.settings, MORNING, tmp_path / "x.tar.zst")
    town.ask(texts=NAME)
    restore(town.settings, NOON, tmp_path / "x.tar.zst", replace=True, again=again)
    kinds = [line.what for line in audit.lines(town.settings.places) if isinstance(line, audit.Line)]
    assert kinds.count("erasure") == 2 and kinds[-2:] == ["restore", "erasure"]


def test_years_of_the_log_go_after_their_term(town: Town) -> None:
    audit.note(town.settings.places, MORNING - timedelta(days=3 * 366), "export")
    audit.note(town.settings.places, MORNING - timedelta(days=2 * 365), "export")
    housekeeping(town.settings, AFTER)
    assert [path.stem for path in audit.paths(town.settings.places)] == ["2024", "2026"]


@pytest.mark.slow
def test_without_a_warehouse_there_is_still_landing(town: Town) -> None:
    town.settings.places.warehouse.unlink()
    town.settings.places.published.unlink()
    town.settings.places.search.unlink()
    all_of_it(town)
    assert outside_the_list(town) == []


def test_a_damaged_warehouse_is_said(town: Town) -> None:
    town.settings.places.warehouse.write_bytes(b"x" * 5000)
    with pytest.raises(KadersError, match="kaders rebuild"):
        look(town.settings, Request(texts=(NAME,)))
