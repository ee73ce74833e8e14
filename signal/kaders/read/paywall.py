"""Whether a page shows the whole article, or the beginning of what subscribers get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from kaders.read.text import tidy
from kaders.read.told import Told, is_article, kinds, several

SHORT = 500
"""Characters, eighty words: a shorter text beside words of a paywall or a wall is the teaser of one."""
TEASER = 1.2
"""A text at most so many times as long as the page's own description is that description."""
TAIL = 500
"""Characters at the end of a text in which the box of a paywall is looked for: it holds a sentence that the
article is not whole, an offer, and a way in for those who have a subscription."""
LONGEST_BOX = 600
"""Characters of a box that is called a paywall: what is longer and called so is the article behind it."""
PARTS = ("webpage", "webpageelement", "webcontent", "creativework")
"""The schema.org types, in small letters, of what an article is part of and has as parts. Events and places,
which may stand on the same page, have an entrance that is free or not."""

_WHOLE = r"(?:dit|deze|de rest|het hele|de hele|het volledige|de volledige)"
_CLOSED = re.compile(
    r"lees (?:(?:dit|het) (?:hele |volledige )?(?:artikel|verhaal) )?verder (?:met|als|voor)\b"
    r"[^.!?]{0,40}(?:abonn|\blid\b|lidmaat|account|\beuro\b|€)"
    rf"|\b{_WHOLE}\b[^.!?]{{0,40}}\b(?:alleen|exclusief|uitsluitend)\b"
    r"[^.!?]{0,30}\bvoor (?:onze )?(?:abonnees|leden)"
    r"|\bword (?:nu |gratis |direct )?(?:abonnee|lid|member) om (?:dit|het|deze|de rest|verder|door)\b"
    r"|\b(?:neem|sluit) (?:nu )?een (?:proef)?abonnement[^.!?]{0,20}\bom (?:dit|het|de rest|verder|door)\b"
    r"|\bdit is een (?:premium|plus)[- ]?artikel"
    r"|\bsubscribe (?:now )?to (?:read|continue|keep reading|unlock)"
    r"|\bthis (?:article|story|content) is (?:only )?(?:available )?(?:for|to) (?:our )?"
    r"(?:subscribers|members)"
    r"|\bsubscription to (?:read|continue)",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\b(?:alleen (?:toegankelijk )?|exclusief )voor abonnees|\bword (?:nu )?(?:abonnee|lid) (?:om|en)\b"
    r"|\b(?:al|ben je|bent u) abonnee\?|\bverder lezen\?|\bfor subscribers only|\balready a subscriber",
    re.IGNORECASE,
)
"""What also stands beside articles that are free: it counts in a short text alone."""
_WAY_IN = re.compile(
    r"\b(?:(?:al|ben je(?: al)?|bent u(?: al)?) abonnee|already a subscriber)\?\s*(?:log|meld|inlog|sign)",
    re.IGNORECASE,
)


def paywalled(said: Told, tree: HtmlElement, text: str) -> bool:
    """Whether a text is only the beginning: by what its page says of itself, else by how it ends, or by a
    box that the page calls a paywall and that says so.

    A short text is also one when it is no more than its page's description, or when the page says beside it,
    outside of its menus, that the article is not whole.
    """
    if _not_free(said):
        return True
    end = text[-TAIL:]
    if _CLOSED.search(end) or _WAY_IN.search(end) or any(map(_CLOSED.search, _boxes(tree))):
        return True
    if len(text) > SHORT:
        return False
    return _is_teaser(said, text) or bool(_OFFER.search(end) or _CLOSED.search(_beside(tree)))


def _not_free(said: Told) -> bool:
    """By its own word; where the article says nothing of it, that of its page, its parts or a mark."""
    if said.about.get("article:content_tier", "").lower() == "locked":
        return True
    own = _free(said.article)
    if own in ("true", "false"):
        return own == "false"
    marked = said.about.get("isaccessibleforfree", "").lower() == "false"
    return marked or any(_free(node) == "false" for node in _of_it(said))


def _of_it(said: Told) -> Iterator[dict[str, Any]]:
    """The nodes that tell of the article, of the page it stands on, or of parts of either."""
    for node in said.nodes:
        if any(kind in PARTS for kind in kinds(node)) or (is_article(node) and _same(node, said.article)):
            yield node
            yield from (part for part in several(node.get("hasPart")) if isinstance(part, dict))


def _same(node: dict[str, Any], article: dict[str, Any]) -> bool:
    """Whether two nodes are of one article: no other headline and no other address is named."""
    return all(
        node.get(key) == article.get(key) or not node.get(key) or not article.get(key)
        for key in ("headline", "url")
    )


def _free(node: dict[str, Any]) -> str:
    return str(node.get("isAccessibleForFree", "")).lower().rpartition("/")[2]


def _is_teaser(said: Told, text: str) -> bool:
    described = tidy(said.about.get("og:description") or said.about.get("description") or "")
    return 0 < len(text) <= TEASER * len(described)


def _boxes(tree: HtmlElement) -> Iterator[str]:
    """The words of what the page itself calls a paywall and shows."""
    called = "//body//*[contains(@class, 'paywall') or contains(@id, 'paywall')]"
    for box in tree.xpath(f"{called}[not(@hidden) and not(contains(@style, 'none'))]")[:50]:
        words = " ".join(str(box.text_content()).split())
        if len(words) <= LONGEST_BOX:
            yield words


def _beside(tree: HtmlElement) -> str:
    """The words of a page outside of its menus, offers and scripts."""
    aside = " or ".join(
        f"ancestor::{name}"
        for name in ("script", "style", "noscript", "template", "nav", "header", "footer", "aside")
    )
    return tidy(" ".join(str(text) for text in tree.xpath(f"//body//text()[not({aside})]")))
