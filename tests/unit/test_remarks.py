"""`kaders check` says what still has to be filled in or read, without calling it a fault; what cannot work is one."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from kaders import commands
from kaders.errors import ConfigurationError
from kaders.jobs.init import packs
from kaders.load import load, remarks_on, root
from kaders.settings import Settings

Make = Callable[[str], Settings]
PACKS = root() / "data" / "reference" / "starter_packs"


def entry(
    *lines: str, terms: str = "open", permission: str | None = "open_licence", reader: str = "feed"
) -> str:
    """sources.yaml of one source with some more lines."""
    rows = [
        "id: een",
        "name: Een",
        "kind: rss",
        f"reader: {reader}",
        "owner_group: een",
        "expected_per_day: 1",
    ]
    rows += [f"terms: '{terms}'", *([f"permission: {permission}"] if permission else []), *lines]
    return "sources:\n  - " + "\n    ".join(rows) + "\n"


def said(settings: Settings) -> list[str]:
    remarks = remarks_on(settings.places.folder)
    return [remark.what for remark in remarks if remark.file.endswith("sources.yaml")]


FEED = "url: https://bron.nl/rss"


@pytest.mark.parametrize(
    ("sources", "what"),
    [
        (entry(FEED), []),
        (entry("url: https://www.mijn-dorp.example/rss"), ["'url' of source 'een' is still an example"]),
        (entry("url: https://api.bron.nl/feed?actor=dorp.example"), ["'url' of source 'een' is still an example"]),
        (entry("query: {creator: REPLACE}", reader="sru"), ["'query' of source 'een' is still an example"]),
        (entry('query: {index: "ori_replace*"}', reader="raadsinformatie"), ["'query' of source 'een' is still an example"]),
        (entry("query: {words: irreplaceable}", reader="sru"), []),
        (entry(FEED, terms="REPLACE: read them"), ["nobody has read the terms of source 'een' yet"]),
        (entry("url: https://bron.nl/rss?token=abc123"), ["the address of source 'een' seems to hold a key, which would stand in files and reports"]),
        (entry(FEED, permission=None), ["source 'een' does not say on what ground it is read"]),
    ],
)  # fmt: skip
def test_what_nobody_filled_in_or_read_is_remarked(organisation: Make, sources: str, what: list[str]) -> None:
    assert said(organisation(sources)) == what


def test_remarks_are_shown_with_their_line_and_the_check_passes(
    organisation: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = organisation(entry("url: https://www.mijn-dorp.example/rss"))
    assert commands.check(argparse.Namespace(org=settings.places.folder, data=settings.places.data)) == 0
    contact, mail, first, last = capsys.readouterr().out.splitlines()
    assert contact.startswith(f"remark: {settings.places.folder}/organisation.yaml:3: 'contact' of the organ")
    assert "'owners.pers.mail' of the organisation is still an example" in mail
    assert first.startswith(f"remark: {settings.places.folder}/sources.yaml:10: 'url' of source 'een'")
    assert last.endswith("no problems; 3 to look at")


@pytest.mark.parametrize("pack", packs(PACKS))
def test_a_pack_is_named_for_every_example_and_unread_terms_and_the_demo_for_nothing(
    pack: str, tmp_path: Path
) -> None:
    settings = load(PACKS / pack, data=tmp_path)
    told = "\n".join(remark.what for remark in remarks_on(PACKS / pack))
    for field in (
        "name",
        "contact",
        "mail.sender",
        *(f"owners.{n}.mail" for n in settings.organisation.owners),
    ):
        assert f"'{field}' of the organisation is still an example" in told
    for frame in settings.frames:
        assert f"'source' of stated frame '{frame.id}' is still an example" in told
    assert "'url' of source 'eigen-nieuws' is still an example" in told
    assert "'to' of subscription 'woordvoering-dagelijks' is still an example" in told
    for source in settings.sources:
        unread = source.terms.startswith("REPLACE")
        assert unread or source.permission != "public_feed", source.id
        assert (f"nobody has read the terms of source '{source.id}' yet" in told) is unread, source.id
    assert remarks_on(root() / "organisations" / "waterdam", world="http://127.0.0.1") == ()


@pytest.mark.parametrize(
    ("sources", "what"),
    [
        (entry(FEED, terms=" "), "'terms' of source 'een' is empty"),
        (entry("secret: env:K", reader="newsapi"), "asks for nothing, which the service refuses"),
        (entry("secret: env:K", reader="guardian"), "would ask for the whole paper"),
        (entry("query: {entity: Stemming, words: [water]}", reader="tweedekamer"), "which has no subject or title"),
        (entry("query: {category: Verslag, words: [water]}", reader="syncfeed"), "which has no subject or title"),
        (entry(reader="jetstream"), "would keep every post in the world"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_a_fault(organisation: Make, sources: str, what: str) -> None:
    settings = organisation(sources)
    with pytest.raises(ConfigurationError, match=what):
        load(settings.places.folder, data=settings.places.data)
