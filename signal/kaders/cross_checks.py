"""Holds an organisation's files against each other: everything that one file alone cannot know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import available_timezones

import holidays

from kaders.desk import NOUNS, Desk, Entry, Shelf
from kaders.errors import Problem
from kaders.plain_words import meant
from kaders.queries import SECRETS
from kaders.read.accounts import is_account
from kaders.settings import Organisation, Phrases, PolicyArea, Source, StatedFrame, Subscription, Topic

WEIGHT_SUM = 100.0
WEIGHT_TOLERANCE = 0.5
"""Percent that the weights may miss: three weights of 33.3 pass, a typing error does not."""

STAR_LETTERS = 5
"""Letters before a * at least; shorter stems match half the language (the rule of nlp_models/patterns)."""

MAY_READ_PAGES = frozenset({"own", "public_record", "open_licence", "agreement"})
"""Grounds on which whole articles may be read; a public feed offers what is in it and no more."""

HANDLE = re.compile(r"@|(?:^|\s)/?u/\w")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
ENV = re.compile(r"env:[A-Z][A-Z0-9_]*")
SERVED = re.compile(r"http://127\.0\.0\.1[:/]")
"""Where a demo world or a folder of feed files is served: what its files are called names nobody."""
NO_PERSONS = "Take it away: persons and accounts are never followed, only subjects."


def check(desk: Desk, areas: Sequence[PolicyArea]) -> Iterator[Problem]:
    """Every fault in how the five files fit together and with the policy areas."""
    yield from _unique(desk)
    for organisation in desk.organisation.entries:
        yield from _organisation(organisation, desk)
    yield from _sources(desk.sources)
    for topic in desk.topics.entries:
        yield from _topic(topic, desk, areas)
    for frame in desk.frames.entries:
        yield from _frame(frame, desk)
    yield from _versions(desk.frames.entries)
    for subscription in desk.subscriptions.entries:
        yield from _subscription(subscription, desk, areas)


def find_area(word: str, areas: Iterable[PolicyArea]) -> PolicyArea | None:
    """The policy area with this code or Dutch label, capitals aside."""
    return next((a for a in areas if word.casefold() in (a.code.casefold(), a.label.nl.casefold())), None)


def _unique(desk: Desk) -> Iterator[Problem]:
    for key, noun in NOUNS.items():
        shelf: Shelf[Any] = getattr(desk, key)
        first: dict[str, Entry[Any]] = {}
        for entry in shelf.entries:
            other = first.setdefault(entry.item.id, entry)
            if other is not entry:
                line = other.sheet.line((*other.path, "id"))
                what = f"the id '{entry.item.id}' is already that of the {noun} on line {line}"
                yield entry.problem(what, "Give one of the two another id.", "id")


def _known(
    entry: Entry[Any], word: str | None, known: Iterable[str] | None, noun: str, *steps: str | int
) -> Iterator[Problem]:
    """A problem when `word` is not among `known`; nothing when either is not there to judge."""
    if word is None or known is None or word in (words := set(known)):
        return
    yield entry.problem(
        f"{noun} '{word}' does not exist", meant(word, words, noun=f"{noun}s".replace("ys", "ies")), *steps
    )


def _area(entry: Entry[Any], word: str, areas: Sequence[PolicyArea], *steps: str | int) -> Iterator[Problem]:
    if find_area(word, areas) is None:
        mend = meant(word, [area.label.nl for area in areas], noun="policy areas")
        yield entry.problem(f"policy area '{word}' does not exist", mend, *steps)


def _organisation(entry: Entry[Organisation], desk: Desk) -> Iterator[Problem]:
    organisation = entry.item
    yield from _known(entry, organisation.timezone, available_timezones(), "time zone", "timezone")
    countries = holidays.list_supported_countries()
    yield from _known(
        entry, organisation.holidays.country, countries, "holiday country", "holidays", "country"
    )
    for kind, owner in organisation.owner_rules:
        yield from _known(entry, owner, organisation.owners, "owner", "owner_rules", kind)
    for name, owner in organisation.owners.items():
        yield from _mail(entry, owner.mail, "owners", name, "mail")
    if organisation.mail:
        yield from _mail(entry, organisation.mail.sender, "mail", "sender")
    if not organisation.languages:
        yield entry.problem("no language is given", "Write 'languages: [nl, en]'.", "languages")
    if not MAIL.fullmatch(organisation.contact) and not organisation.contact.startswith("https://"):
        what = f"the contact '{organisation.contact}' is no mail address and no https address"
        yield entry.problem(what, "Give one, so that a publisher can reach us.", "contact")
    if organisation.world and not (desk.folder / organisation.world).is_file():
        what = f"the world '{organisation.world}' is not a file in this folder"
        yield entry.problem(what, "Add the scenario, or take the line away.", "world")


def _mail(entry: Entry[Any], address: str, *steps: str) -> Iterator[Problem]:
    if not MAIL.fullmatch(address):
        yield entry.problem(
            f"'{address}' is not a mail address", "Write it like name@organisation.nl.", *steps
        )


def _sources(shelf: Shelf[Source]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for entry in shelf.entries:
        source = entry.item
        yield from _reachable(entry)
        question = f"{source.address} {source.query.model_dump_json()}"
        other = first.setdefault(question, source.id) if source.address else source.id
        if other != source.id:
            what = f"{entry.where} has the same address as '{other}', so that everything would count twice"
            yield entry.problem(what, "Keep one of the two.", "url")


def _reachable(entry: Entry[Source]) -> Iterator[Problem]:
    """What a source lacks to be asked, or may not do."""
    source = entry.item
    if not source.address and source.reader != "import":
        mend = "Add the address, or write 'reader: import' when it is filled from a file."
        yield entry.problem(f"{entry.where} has no 'url'", mend, "id")
    if source.url and source.url.startswith("ws") != (source.reader == "jetstream"):
        what = f"the address of {entry.where} does not fit its reader '{source.reader}'"
        yield entry.problem(what, "Only jetstream has an address that starts with wss://.", "url")
    if source.kind != "own" and source.url and not SERVED.match(source.url) and is_account(source.url):
        what = f"the address of {entry.where} is that of an account"
        yield entry.problem(what, f"{NO_PERSONS} Is it your own organisation's: 'kind: own'.", "url")
    if source.reader in SECRETS and not source.secret:
        mend = "Add 'secret: env:NAME' or 'secret: connection:NAME', which says where it is."
        yield entry.problem(f"{entry.where} needs a key of its service", mend, "reader")
    if lack := source.query.lacks():
        yield entry.problem(f"{entry.where} {lack[0]}", lack[1], "query")
    if not source.terms.strip():
        mend = "Say in a sentence what its publisher allows, or REPLACE until somebody has read it."
        yield entry.problem(f"'terms' of {entry.where} is empty", mend, "terms")
    if source.pages and source.permission not in MAY_READ_PAGES:
        mend = f"Take 'pages: true' away, or state the ground: {', '.join(sorted(MAY_READ_PAGES))}."
        yield entry.problem(f"'{source.permission}' is no ground for reading whole articles", mend, "pages")


def _topic(entry: Entry[Topic], desk: Desk, areas: Sequence[PolicyArea]) -> Iterator[Problem]:
    topic = entry.item
    yield from _area(entry, topic.policy_area, areas, "policy_area")
    yield from _known(entry, topic.owner, desk.owners, "owner", "owner")
    if not topic.any.nl and not topic.any.en:
        yield entry.problem(f"{entry.where} has no words under 'any'", "Give at least one.", "any")
    for name, phrases in (("any", topic.any), ("all", topic.all), ("none", topic.none)):
        yield from _phrases(entry, phrases, name)


def _phrases(entry: Entry[Any], phrases: Phrases, *steps: str | int) -> Iterator[Problem]:
    for language in ("nl", "en"):
        for position, phrase in enumerate(phrases.of(language)):
            wrong = _wrong_phrase(phrase)
            if wrong:
                yield entry.problem(*wrong, *steps, language, position)


def _wrong_phrase(phrase: str) -> tuple[str, str] | None:
    if HANDLE.search(phrase):
        return f"the phrase '{phrase}' is a handle or an address of a person", NO_PERSONS
    if not re.search(r"\w", phrase):
        return f"the phrase '{phrase}' has no letters", "Take it away."
    if "*" in phrase and not re.fullmatch(rf"[^\s*]{{{STAR_LETTERS},}}\*", phrase):
        return f"the * in '{phrase}' is not at the end of one word of {STAR_LETTERS} letters or more", (
            "Write the words out, or take a longer stem."
        )
    return None


def _frame(entry: Entry[StatedFrame], desk: Desk) -> Iterator[Problem]:
    frame = entry.item
    yield from _known(entry, frame.topic, desk.topics.ids, "topic", "topic")
    yield from _known(entry, frame.owner, desk.owners, "owner", "owner")
    yield from _weights(entry)
    if frame.valid_to and frame.valid_to < frame.valid_from:
        what = f"valid_to ({frame.valid_to}) of {entry.where} lies before valid_from ({frame.valid_from})"
        yield entry.problem(what, "Correct one of the two dates.", "valid_to")
    if not frame.heard_by.nl and not frame.heard_by.en:
        what = f"{entry.where} has no words under 'heard_by'"
        yield entry.problem(what, "Give the words by which the message is recognised.", "heard_by")
    yield from _phrases(entry, frame.heard_by, "heard_by")
    for position, counter in enumerate(frame.counter_frames):
        if counter.id in {other.id for other in frame.counter_frames[:position]}:
            what = f"{entry.where} has two counter-frames '{counter.id}'"
            yield entry.problem(what, "Give one of the two another id.", "counter_frames", position, "id")
        yield from _phrases(entry, counter.heard_by, "counter_frames", position, "heard_by")


def _weights(entry: Entry[StatedFrame]) -> Iterator[Problem]:
    weights = entry.item.frames
    low = next((name for name, weight in weights.items() if not weight > 0), None)
    total = sum(weights.values())
    if low is not None:
        what = f"the weight of '{low}' in {entry.where} is {weights[low]:g}"
        yield entry.problem(what, "A weight is more than 0; leave a frame out that has none.", "frames", low)
    elif not abs(total - WEIGHT_SUM) <= WEIGHT_TOLERANCE:
        what = f"the weights of {entry.where} sum to {total:g}"
        yield entry.problem(what, "Make them sum to 100, in percent.", "frames")


def _versions(entries: Sequence[Entry[StatedFrame]]) -> Iterator[Problem]:
    first: dict[tuple[str, int], Entry[StatedFrame]] = {}
    for entry in entries:
        frame = entry.item
        other = first.setdefault((frame.topic, frame.version), entry)
        if other is not entry and other.item.id != frame.id:
            what = f"topic '{frame.topic}' has two stated frames of version {frame.version}"
            mend = f"Raise the version of the newer one; the other is on line {other.sheet.line(other.path)}."
            yield entry.problem(what, mend, "version")


def _subscription(entry: Entry[Subscription], desk: Desk, areas: Sequence[PolicyArea]) -> Iterator[Problem]:
    yield from _receiver(entry)
    for position, topic in enumerate(entry.item.topics):
        if HANDLE.search(topic):
            yield from _person(entry, topic, "topics", position)
        else:
            yield from _known(entry, topic, desk.topics.ids, "topic", "topics", position)
    for position, area in enumerate(entry.item.policy_areas):
        if HANDLE.search(area):
            yield from _person(entry, area, "policy_areas", position)
        else:
            yield from _area(entry, area, areas, "policy_areas", position)


def _person(entry: Entry[Any], word: str, *steps: str | int) -> Iterator[Problem]:
    yield entry.problem(f"'{word}' is a handle or an address of a person, not a subject", NO_PERSONS, *steps)


def _receiver(entry: Entry[Subscription]) -> Iterator[Problem]:
    subscription = entry.item
    if subscription.channel == "mail":
        yield from _mail(entry, subscription.to, "to")
    elif subscription.to.startswith(("http://", "https://")):
        what = f"the webhook of {entry.where} stands here in full, and whoever reads it can post there"
        mend = "Put the address in an environment variable and write its name: env:NAME."
        yield entry.problem(what, mend, "to")
    elif not ENV.fullmatch(subscription.to):
        what = f"'{subscription.to}' is not a webhook"
        yield entry.problem(what, "Write env:NAME, the environment variable that holds its address.", "to")
