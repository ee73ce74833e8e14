"""What was erased, as hashes by which it is known again and nobody can read; and how it is looked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from kaders.ask.words import words as words_of
from kaders.model import Item
from kaders.read.accounts import is_page, neutral
from kaders.read.document import identity
from kaders.read.items import known_as
from kaders.read.people import byline, current, generation, pseudonym, sealed
from kaders.read.text import visible
from kaders.read.url import canonical
from kaders.settings import Source

LISTS = ("held", "kept", "doubt", "unmet", "missed", "refused", "witness")
"""Of a cursor: posts by their names, as read.posts keeps them."""
KINDS = ("entry", "address", "author", "text", "key")
"""Of marks. Nothing is dropped for its text: that mark says only that these words were asked for
before. That of the key says with which the others were made."""
SPELLED = 60
"""Signs of a phrase by which a search is narrowed: two long names. More of them leave out next to no document
more, and make the expression long."""
_ABROAD = r"\x{80}-\x{10FFFF}"
"""All signs outside ASCII, in the notation of RE2."""


def form(url: str) -> str:
    """An address as it is compared: canonical, without account, scheme, `www.` and closing slash.

    '' for what names no page of its own, as many entries may share the front page of a site.
    """
    page = neutral(canonical(url)) if url.startswith("http") else ""
    return re.sub(r"^https?://(www\.)?", "", page).rstrip("/") if page and is_page(page) else ""


def phrase(text: str) -> str:
    """Words as they are compared: small letters without accents and digits, one space between.

    So however a name is typed, composed or not, with capitals, accents, soft hyphens or none, it is the same.
    """
    return " ".join(words_of(visible(text)))


def holds(text: str, words: str) -> bool:
    """Whether a text holds these words (a `phrase`) in this order, each as a whole word."""
    return f" {words} " in f" {phrase(text)} "


def spelled(phrases: Iterable[str]) -> str:
    """An expression (RE2) that finds every text that holds one of these phrases, and some that do not.

    For a database, which folds letters in its own way: `holds` decides. A letter stands there as itself or as
    any sign outside ASCII, and such signs may follow it (an accent, a soft hyphen); '' for no phrases.
    """
    each = "|".join(sorted(map(_spelled, phrases)))
    return f"(?:^|[^A-Za-z0-9])(?:{each})" if each else ""


def _spelled(words: str) -> str:
    start = words[:SPELLED].rstrip()
    signs = ("[^A-Za-z0-9]+" if sign == " " else f"[{_either(sign)}{_ABROAD}][{_ABROAD}]*" for sign in start)
    return "".join(signs) + ("(?:[^A-Za-z0-9]|$)" if start == words else "")


def _either(sign: str) -> str:
    return f"{sign}{sign.upper()}" if sign.isascii() else ""


def pseudonyms(name: str, sources: Iterable[Source], key: bytes) -> set[str]:
    """Every pseudonym that the readers of these sources can have made of a name, a handle or a DID.

    A name stands by itself and under each publisher; a handle with and without its @, on Mastodon also
    without the host of the asked server, on Reddit as its feeds write it.
    """
    seen = visible(name).strip()
    plain = seen.removeprefix("@")
    written = dict.fromkeys((name.strip(), seen, plain, f"@{plain}", f"/u/{plain.removeprefix('/u/')}"))
    found = {pseudonym(each, key) for each in written}
    for source in sources:
        found |= {byline(each, source, key) for each in written}
        host = urlsplit(source.address).hostname
        if source.reader == "mastodon" and host and "@" not in plain:
            found.add(pseudonym(f"{plain}@{host}", key))
    return {each for each in found if each}


def key_mark(key: bytes) -> str:
    """By which a key is known again."""
    return sealed("the key of this list", key)


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of all that was erased. key: the first of the ring, with which they were made.

    authors: pseudonyms; with a blank and a source behind it where only what that source has of them was asked
    """

    key: bytes = b""
    ring: tuple[bytes, ...] = ()
    entries: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.entries or self.addresses or self.authors)

    def fits(self) -> bool:
        """Whether the keys are those that the marks were made with, all of them."""
        known = all(generation(each.partition(" ")[0]) <= len(self.ring) for each in self.authors)
        return known and (not self.keys or key_mark(self.key) in self.keys)

    def entry(self, document: str) -> bool:
        """Whether the document with this id was erased."""
        return bool(self.entries) and sealed(f"entry {document}", self.key) in self.entries

    def address(self, shape: str) -> bool:
        """Whether a page was erased, by its address as `form` gives it, or by its `same_as`."""
        return bool(shape and self.addresses) and sealed(f"address {shape}", self.key) in self.addresses

    def author(self, name: str | None, source: str) -> bool:
        """Whether a person was erased, by a pseudonym of any generation, in this source or in all."""
        if not name or not self.authors:
            return False
        known = current(name, self.ring)
        return known in self.authors or f"{known} {source}" in self.authors

    def item(self, each: Item) -> bool:
        """Whether an item is of an entry, at an address or by a person that was erased."""
        return (
            self.author(each.author, each.source)
            or any(map(self.address, shapes(each)))
            or self.entry(identity(each.source, each.guid or each.url))
        )


def shapes(each: Item) -> set[str]:
    """The addresses of an item as they are compared; the hash of its own one when that is not kept."""
    return {form(each.url), form(each.guid), each.same_as} - {""}


def forget(cursor: Mapping[str, str], gone: Callable[[str], bool]) -> dict[str, str]:
    """What a reader remembers, without the posts that are gone, as far as their names name an account.

    Where it is in a list (`newest`, `at`) stays: that is a number, and without it a visit begins anew.
    """
    return {
        name: " ".join(each for each in value.split(" ") if not _names_one(each, gone))
        if name in LISTS
        else value
        for name, value in cursor.items()
    }


def _names_one(each: str, gone: Callable[[str], bool]) -> bool:
    return each.startswith("at://") and gone(each.partition("|")[0])


def marks_for(asked: Asked, found: Iterable[Entry], key: bytes, ring: Sequence[bytes]) -> set[str]:
    """The lines that make a request and what was found for it known again."""
    where = f" {asked.source}" if asked.source else ""
    lines = {f"author {current(each, ring)}{where}" for each in asked.authors}
    lines |= {f"key {key_mark(key)}"} | {f"text {sealed(f'text {words}', key)}" for words in asked.phrases}
    lines |= {f"address {sealed(f'address {shape}', key)}" for shape in asked.addresses}
    listed = list(found)
    lines |= entry_marks((entry.id for entry in listed), key)
    for entry in listed:
        lines |= {f"address {sealed(f'address {shape}', key)}" for shape in entry.addresses}
    return lines


def entry_marks(documents: Iterable[str], key: bytes) -> set[str]:
    """The lines that make documents known again by their ids."""
    return {f"entry {sealed(f'entry {each}', key)}" for each in documents}


@dataclass(slots=True)
class Entry:
    """A document that a request is about, with what a person needs to see whether it is the right one."""

    source: str
    id: str
    day: date
    title: str
    addresses: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be erased, in the forms in which it is looked for.

    authors    pseudonyms, of every generation that may be stored
    addresses  as `form` gives them, and hashes as `same_as` has them
    phrases    as `phrase` gives them
    source     the only one whose authors are meant; '' for all
    """

    authors: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    phrases: tuple[str, ...] = ()
    source: str = ""

    def wants(self, each: Item) -> bool:
        """Whether an item is what is asked for."""
        if each.author in self.authors and self.source in ("", each.source):
            return True
        if self.addresses and not self.addresses.isdisjoint(shapes(each)):
            return True
        return self.says(f"{each.title} {each.text}")

    def says(self, text: str) -> bool:
        """Whether a text holds words that are asked for."""
        said = f" {phrase(text)} " if self.phrases else ""
        return any(f" {words} " in said for words in self.phrases)


def asked_for(
    authors: Iterable[str],
    urls: Iterable[str],
    texts: Iterable[str],
    sources: Sequence[Source],
    ring: Sequence[bytes],
    *,
    source: str = "",
) -> Asked:
    """A request in the forms in which it is looked for; the first key of the ring makes them."""
    key, addresses = ring[0], set[str]()
    for url in urls:
        addresses |= {form(url), known_as(url, key)}
    named = {each for name in authors for each in pseudonyms(name, sources, key)}
    grown = {current(each, ring[:size]) for each in named for size in range(1, len(ring) + 1)}
    phrases = tuple(sorted({phrase(text) for text in texts} - {""}))
    return Asked(frozenset(grown), frozenset(addresses - {""}), phrases, source)
