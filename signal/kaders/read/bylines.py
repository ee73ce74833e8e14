"""Who wrote an article, as its page tells: known only to take the name out of the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

from kaders.read.told import Told, kinds, several

LONGEST_BYLINE = 300
"""Characters: what is called an author's and is longer is more than a byline, so it stays."""
SHORT_LINE = 160
"""Characters: a shorter line that holds the name of its writer is about the writer. In a longer one only the
name goes: it is a paragraph of the article."""
FOOT = 5
"""Lines at the end of an article among which those stand that say how its writer is reached."""
MOST_NAMES = 20
"""Writers of one article; a page that names more lists a whole newsroom."""
NOBODY = "…"
"""What stands for a writer's name within a paragraph."""

_ELEMENTS = (
    "//*[@rel='author' or @itemprop='author' or contains(@class, 'byline') or contains(@class, 'author')"
    " or contains(@class, 'auteur') or contains(@data-testid, 'byline')]"
)
_METAS = ("author", "dc.creator", "dcterms.creator", "article:author", "parsely-author", "sailthru.author")
_LABELLED = re.compile(r"geschreven door|written by|auteur|author", re.IGNORECASE)
_BY = re.compile(r"^(?:door|by|van onze|tekst|auteur)[: ]+[^.!?]{0,120}$", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:door|by|auteurs?|author|tekst|van onze (?:verslaggever|correspondent|redacteur))[: ]+",
    re.IGNORECASE,
)
_APART = re.compile(r"\s*(?:[,;|/&()<>•·]|\ben\b|\band\b|\bmet\b|\bvoor\b)\s*", re.IGNORECASE)
_BODY = re.compile(
    r"gemeente|waterschap|hoogheemraad|provincie|ministerie|redact|nieuws|news|krant|pers|press|team|desk"
    r"|afdeling|omroep|communicatie|bureau|agency|stichting|vereniging|universiteit|editor|staff|beheer|admin",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"^(?:over de (?:auteurs?|schrijvers?|verslaggevers?|journalist(?:en)?)"
    r"|about the (?:authors?|writers?|reporters?|journalists?))\s*(?P<more>:|[-–—]|$)",
    re.IGNORECASE,
)
_REACH = re.compile(
    r"\b(?:e-?mail|mail|bel|app|tips?|tippen|contact|reage\w+|telefoon|tel|whatsapp|signal|call)\b",
    re.IGNORECASE,
)
_REACHED = re.compile(r"\S@\w[\w-]*\.\w|(?:\+31|\b0031|\b0)[\s()-]{0,3}\d(?:[\s-]?\d){8}(?!\d)")


def writers(said: Told, tree: HtmlElement) -> tuple[str, ...]:
    """The names of the people whom a page gives as writers: in JSON-LD, in its meta elements, in links.

    Names of one word and names of bodies are left out: they stand in the text as its subject.
    """
    bodies = {_squeezed(name) for name in _bodies(said)}
    found: dict[str, None] = {}
    for raw in (*_in_nodes(said), *_in_metas(said.about), *_in_links(tree)):
        for name in _APART.split(_LEAD.sub("", " ".join(raw[:LONGEST_BYLINE].split()))):
            if _of_a_person(name) and _squeezed(name) not in bodies:
                found.setdefault(name)
    return tuple(found)[:MOST_NAMES]


def drop_bylines(tree: HtmlElement) -> None:
    """Takes the elements that are called bylines out of the page."""
    for element in tree.xpath(_ELEMENTS)[:200]:
        if element.getparent() is not None and len(element.text_content()) <= LONGEST_BYLINE:
            element.drop_tree()


def without_writers(lines: Iterable[str], names: Iterable[str]) -> list[str]:
    """The lines of an article without bylines, without what is said of its writers and how to reach them.

    A short line that holds a writer's name goes, and the name in a longer one. So do a block "about the
    author", and the lines at the foot that give an address or a number to reach somebody at.
    """
    given = [line.strip() for line in lines if line.strip()]
    pattern = _pattern(names)
    kept = [line for line in _without_blocks(given) if not _is_byline(line, pattern)]
    foot = len(kept) - FOOT
    kept = [line for n, line in enumerate(kept) if n < foot or not _is_contact(line)]
    return [pattern.sub(NOBODY, line) for line in kept] if pattern else kept


def _in_nodes(said: Told) -> Iterator[str]:
    by_id = {node["@id"]: node for node in said.nodes if isinstance(node.get("@id"), str)}
    for key in ("author", "creator"):
        for one in several(said.article.get(key)):
            person = by_id.get(str(one.get("@id")), one) if isinstance(one, dict) else {"name": one}
            if not any("organization" in kind for kind in kinds(person)):
                yield from _names(person)


def _names(node: dict[str, Any]) -> Iterator[str]:
    yield from (name for name in several(node.get("name")) if isinstance(name, str))


def _in_metas(about: dict[str, str]) -> Iterator[str]:
    yield from (about[name] for name in _METAS if about.get(name) and "://" not in about[name])
    if _LABELLED.search(about.get("twitter:label1", "")):
        yield about.get("twitter:data1", "")


def _in_links(tree: HtmlElement) -> Iterator[str]:
    for element in tree.xpath("//a[@rel='author' or @itemprop='author'] | //*[@itemprop='author']")[:20]:
        yield str(element.text_content())[: LONGEST_BYLINE + 1] if len(element) < 10 else ""


def _bodies(said: Told) -> Iterator[str]:
    """The names of the site and of who publishes it."""
    yield said.about.get("og:site_name", "")
    for node in said.nodes:
        if any("organization" in kind or kind == "website" for kind in kinds(node)):
            yield from _names(node)
        for publisher in several(node.get("publisher")):
            yield from _names(publisher) if isinstance(publisher, dict) else ()


def _of_a_person(name: str) -> bool:
    return 2 <= len(name.split()) <= 6 and 5 <= len(name) <= 60 and not _BODY.search(name)


def _squeezed(name: str) -> str:
    return re.sub(r"\W", "", name).casefold()


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    spelled = [r"\s+".join(map(re.escape, name.split())) for name in names]
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})(?!\w)", re.IGNORECASE) if spelled else None


def _without_blocks(lines: list[str]) -> Iterator[str]:
    """The lines without those about the author: one that begins so, or a heading with what follows it."""
    heading = False
    for line in lines:
        about = _OVER.match(line)
        follows, heading = heading, bool(about and not about["more"])
        if not about and not (follows and len(line) <= LONGEST_BYLINE):
            yield line


def _is_byline(line: str, pattern: re.Pattern[str] | None) -> bool:
    if _BY.match(line):
        return True
    return pattern is not None and len(line) <= SHORT_LINE and bool(pattern.search(line))


def _is_contact(line: str) -> bool:
    return len(line) <= LONGEST_BYLINE and bool(_REACH.search(line) and _REACHED.search(line))
