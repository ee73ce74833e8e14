"""What a reader must find on the page, and what nobody may find there."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, Literal

import pytest

from kaders.report import view
from kaders.report.page import page, stylesheet
from kaders.report.voice import Voice, words

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
VOID = {"meta", "link", "br"}
BUDGET_BYTES = 300_000


class Outline(HTMLParser):
    """The tags with their attributes, the text, and the tags in which each piece of text stands."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[tuple[tuple[str, ...], str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.text.append((tuple(self.open), data))

    def words(self) -> str:
        return re.sub(r"\s+", " ", "".join(text for tags, text in self.text if "style" not in tags))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _outline(payload: dict[str, Any], language: Language = "nl") -> Outline:
    return Outline(page(payload, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_finds_everything_that_was_flagged(payload: dict[str, Any], language: Language) -> None:
    text = _outline(payload, language).words()
    assert payload["verdict"][language] in text
    for signal in payload["signals"]:
        assert signal["headline"][language] in text
        assert signal["explanation"][language] in text
        assert words(language)[f"kind_{signal['kind']}"] in text
        assert words(language)[f"level_{signal['level']}"] in text
        assert words(language)[f"action_{signal['action']}"] in text
        assert signal["owner"]["name"][language] in text
        assert signal["certainty"]["why"][language] in text
        assert signal["certainty"]["doubt"][language] in text
        assert not signal["stated"] or signal["stated"]["message"][language] in text
        for piece in signal["evidence"]:
            assert piece["title"] in text or piece["snippet"] in text
    for watched in payload["watch"]:
        assert watched["headline"][language].removeprefix(f"{watched['name'][language]}: ") in text


def test_numbers_stand_with_their_uncertainty_and_in_dutch(payload: dict[str, Any]) -> None:
    text = _outline(payload).words()
    assert "40 verhalen in 7 dagen, verwacht 6,4 (2 tot 12): 6,2 keer zoveel" in text
    assert "0,37 bit (0,31 tot 0,44), gewoonlijk 0,11; toegestaan 0,25" in text
    assert "+44 punten" in text
    assert "−25 punten" in text
    assert "“gezinnen en zieken betalen dubbel” in 48% van de verhalen (eerder 6%)" in text
    assert "“trillingen” in 14 verhalen (eerder 0)" in text
    assert "versie 3, sinds 1 sep 2026" in text
    assert "di 24 nov 06:30" in text


def test_a_counter_frame_is_told_once(payload: dict[str, Any], dutch: Voice) -> None:
    signal = payload["signals"][0]
    row = signal["divergence"]["per_frame"][0]
    counter = {"frame": "afvalpas/dubbel-betalen", "name": signal["counter_frames"][0]["name"]}
    signal["divergence"]["per_frame"].insert(0, row | counter)
    told = [line for line in view.heard(signal, dutch) if "gezinnen en zieken" in line]
    assert told == ["“gezinnen en zieken betalen dubbel” in 48% van de verhalen (eerder 6%)"]


def test_what_is_watched_goes_by_its_headline_and_tells_only_a_shift(payload: dict[str, Any]) -> None:
    """Growth that fits has nothing to explain; and nobody has to act on either."""
    fits, moves = (payload["watch"][0] | {"explanation": {"nl": f"nadruk {n}", "en": ""}} for n in (1, 2))
    fits["headline"] = {"nl": "Vuurwerk: meer gesprek dan verwacht", "en": ""}
    moves["divergence"] = payload["signals"][0]["divergence"] | {"face": "further"}
    payload["watch"] = [fits | {"action": None, "answer_by": None}, moves]
    text = _outline(payload).words()
    assert "Vuurwerk meer gesprek dan verwacht" in text
    assert "nadruk 1" not in text
    assert "nadruk 2" in text


def test_each_open_signal_tells_since_when_and_what_changed(payload: dict[str, Any]) -> None:
    text = _outline(payload).words()
    assert "Afvalpas sinds za 21 nov, dag 3: gisteren signaal, vandaag hoog" in text
    assert "trillingen (verkeer) nieuw vandaag: verhoogd" in text
    assert "Opvang sinds zo 22 nov, dag 2: gisteren let op, vandaag signaal" in text
    assert "Jeugdzorg stil geworden: signaal, van ma 16 nov tot vr 20 nov" in text
    assert text.count("Opvang sinds") == 1


def test_a_signal_that_comes_back_tells_when_it_was_last_one(payload: dict[str, Any]) -> None:
    payload["signals"][0]["history"].pop(1)
    payload["signals"][0]["history"][0] = {"day": "2026-11-21", "level": "elevated"}
    text = _outline(payload).words()
    assert "sinds za 21 nov, dag 3: op za 21 nov verhoogd, vandaag weer hoog" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_method_speaks_to_people(payload: dict[str, Any], language: Language) -> None:
    """No names of the code, and what the numbers cannot tell."""
    html = page(payload, language)
    text = Outline(html[html.index('<section class="account"') : html.index("</main>")]).words()
    assert not re.search(r"\w_\w|sha256", text)
    assert words(language)["read_limits"] in text
    assert "10%" in text


def test_a_post_without_a_title_is_told_by_its_snippet(payload: dict[str, Any]) -> None:
    payload["signals"][0]["evidence"][2]["title"] = ""
    assert _outline(payload).words().count("wie bedenkt dit? Ik zou het zo met haar willen delen.") == 1


def test_a_reader_is_told_what_was_not_seen(payload: dict[str, Any]) -> None:
    text = _outline(payload).words()
    assert "21 van 24 bronnen compleet" in text
    assert "Wijkblad Noord: geeft geen antwoord, sinds vr 20 nov 14:00" in text
    assert "1 bron kan het verleden niet tonen." in text
    assert "te weinig verhalen om te toetsen: Onderwijshuisvesting" in text
    assert "Kaders 0.1.0; instellingen 4be1c09a77d2; herkenning rules-1-9a0c." in text
    assert "nog door niemand nagekeken" in text


def test_signals_beyond_the_attention_budget_are_folded_with_the_same_content(
    payload: dict[str, Any],
) -> None:
    outline = _outline(payload)
    folded = "".join(text for tags, text in outline.text if tags.count("article") and "details" in tags)
    for index, signal in enumerate(payload["signals"]):
        assert (signal["headline"]["nl"] in folded) == (index >= payload["attention_budget"])
    last = payload["signals"][-1]
    assert all(piece["title"] in folded or piece["snippet"] in folded for piece in last["evidence"])
    assert last["certainty"]["doubt"]["nl"] in folded


def test_synthetic_data_is_named_on_top_and_only_then(payload: dict[str, Any]) -> None:
    notice = words("nl")["synthetic"]
    assert _outline(payload).words().index(notice) < _outline(payload).words().index("Ochtendsignaal ·")
    payload["organisation"]["synthetic"] = False
    assert notice not in _outline(payload).words()


def test_an_empty_day_is_proud(empty: dict[str, Any]) -> None:
    outline = _outline(empty)
    assert "Niets bijzonders. 10 onderwerpen getoetst" in outline.words()
    assert "Alle 2 bronnen waren compleet." in outline.words()
    assert not outline.all("article")


def test_a_day_without_data_is_not_called_calm(empty: dict[str, Any]) -> None:
    text = _outline(empty | {"issues": [], "sources": []}).words()
    assert "Vandaag is niets getoetst" in text
    assert "Niets bijzonders." not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_can_be_read_by_everyone(payload: dict[str, Any], language: Language) -> None:
    outline = _outline(payload, language)
    assert outline.all("html") == [{"lang": language}]
    assert [len(outline.all(tag)) for tag in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
    ids = [a["id"] for _, a in outline.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"] for a in outline.all("a")} >= {"#report"}
    assert all(a["role"] == "img" and a["aria-label"] for a in outline.all("svg"))
    assert len(outline.all("svg")) == 2 + 3 + 4
    assert all("scope" in a for a in outline.all("th"))
    assert len(outline.all("caption")) == len(outline.all("table")) == len(outline.all("thead"))
    assert all(a["aria-labelledby"] in ids for a in outline.all("section"))


def test_every_picture_has_its_table(payload: dict[str, Any]) -> None:
    text = _outline(payload).words()
    assert text.count(words("nl")["bars_table"]) == 3
    assert text.count("Verhalen per dag, laatste 60 dagen") == 4
    assert "geen gegevens" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fetched_and_nothing_runs(payload: dict[str, Any], language: Language) -> None:
    html = page(payload, language)
    outline = Outline(html)
    used = {tag for tag, _ in outline.tags}
    assert not used & {"script", "img", "iframe", "object", "embed", "form", "base", "video", "audio"}
    assert not [a for _, a in outline.tags for name in a if name.startswith("on") or name in ("src", "style")]
    assert not re.search(r"@import|url\(\s*['\"]?https?:", html)
    style = html[html.index("<style>") + len("<style>") : html.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(a["content"] for a in outline.all("meta") if "http-equiv" in a)
    assert policy is not None
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_links_lead_outside_without_telling_where_from(payload: dict[str, Any]) -> None:
    outward = [a for a in _outline(payload).all("a") if str(a["href"]).startswith("http")]
    assert len(outward) > 10
    assert {a["rel"] for a in outward} == {"noopener noreferrer nofollow"}


def _hostile(payload: dict[str, Any], text: str, url: str) -> dict[str, Any]:
    """The payload with every text from outside replaced."""
    attacked = copy.deepcopy(payload)
    for signal in attacked["signals"]:
        for piece in signal["evidence"]:
            piece |= {"title": text, "snippet": text, "source": text, "url": url, "language": text}
        for question in signal["questions"]:
            question |= {"text": text}
        for group in signal["carriers"]["groups"]:
            group |= {"name": text}
        signal["name"] = signal["headline"] = {"nl": text, "en": text}
        for term in (signal["novelty"] or {"terms": []})["terms"]:
            term |= {"term": text}
    for item in attacked["top_items"] + attacked["questions"]:
        item |= {key: text for key in ("title", "source", "text") if key in item} | {"url": url}
    for row in attacked["sources"] + attacked["issues"]:
        row["name"] = {"nl": text, "en": text} if isinstance(row["name"], dict) else text
    return attacked


@pytest.mark.parametrize(
    ("text", "url"),
    [
        pytest.param("<script>alert(1)</script>", "javascript:alert(1)", id="script"),
        pytest.param('"><img src=x onerror=alert(1)>', 'https://x.example/"onclick="a', id="attribute"),
        pytest.param("</style></svg><script>x</script>", "data:text/html,x", id="closing tags"),
        pytest.param("{{ 7*7 }}{% raw %}", "//x", id="template"),
        pytest.param("{n} {0.__class__} %s", "https://x.example/{n}", id="format"),
        pytest.param("de \u202egnal\u202c kop", "https://x.example/\u202e", id="right to left"),
        pytest.param("x" * 10_000, "https://x.example/" + "y" * 10_000, id="endless word"),
        pytest.param("$\\frac{1}{2}$ & <b>", "https://x.example/?a=1&b=<b>", id="formula"),
        pytest.param("\x00\x08\ufffe\ud800", "https://\x00", id="control"),
        pytest.param("🧨" * 50, "https://🧨.example", id="emoji"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_hostile_titles_stay_text(payload: dict[str, Any], text: str, url: str) -> None:
    html = page(_hostile(payload, text, url), "nl")
    outline = Outline(html)
    assert html.encode()
    assert not {tag for tag, _ in outline.tags} & {"script", "img", "b"}
    assert not [a for _, a in outline.tags for name in a if name.startswith("on")]
    assert not [a for a in outline.all("a") if not re.match(r"https://|#|report\.", str(a["href"]))]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", html)
    assert not text.startswith("{") or text in outline.words()


def test_a_refused_link_is_said(payload: dict[str, Any]) -> None:
    payload["signals"][0]["evidence"][0]["url"] = "javascript:alert(1)"
    assert "Raadsleden willen uitzondering voor medisch afval (link weggelaten)" in _outline(payload).words()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_morning_gives_the_same_bytes(payload: dict[str, Any], language: Language) -> None:
    again = json.loads(json.dumps(payload))
    assert page(payload, language) == page(again, language)


def test_the_page_is_small(payload: dict[str, Any]) -> None:
    assert len(page(payload, "nl").encode()) < BUDGET_BYTES


def test_a_field_that_misses_is_named(payload: dict[str, Any]) -> None:
    del payload["signals"][0]["answer_by"]
    with pytest.raises(KeyError, match="answer_by"):
        page(payload, "nl")


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize("pen", ["ink", "soft", "ours", "theirs", "act"])
def test_every_text_colour_stands_out(scheme: str, pen: str) -> None:
    """WCAG 2.2 success criterion 1.4.3: at least 4.5 to 1, on both grounds."""
    css = stylesheet()["css"]
    roots = dict(zip(("light", "dark", "print"), re.findall(r":root\{([^}]*)\}", css), strict=True))
    colours = dict(re.findall(r"--(\w+):(#\w+)", roots[scheme]))
    assert min(_contrast(colours[pen], colours[ground]) for ground in ("paper", "wash")) >= 4.5


def _contrast(one: str, two: str) -> float:
    high, low = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * d for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
