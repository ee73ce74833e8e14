"""The tagger: one blank spaCy pipeline per language that finds phrases, and the judgement on what it found.

Doc extension: `doc._.kaders_hits`, the list of `patterns.Hit` that the component `kaders_phrases` found, in
every layer, overlapping ones included. Nothing else is kept on a Doc.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import cast

from spacy.about import __version__ as spacy_version
from spacy.attrs import LOWER
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import get_lang_class, load_model_from_config
from thinc.api import Config

from kaders import __version__
from kaders.model import Document, Tagged, Tags
from kaders.settings import Settings
from kaders.tag.judge import (
    MOST_AREAS,
    MOST_FRAMES,
    NOTHING,
    SHARE_OF_STRONGEST,
    TITLE_WEIGHT,
    Judge,
    Judgement,
)
from kaders.tag.lists import word_lists
from kaders.tag.patterns import TAGGED_LANGUAGES, Hit, WordLists, listen_for, plain
from kaders.tag.words import (
    MOST_QUESTIONS,
    QUESTION_WORDS,
    SHINGLE,
    SKETCH_LENGTH,
    SKETCH_SEED,
    questions,
    sketch,
)

REVISION = 2
"""Goes up whenever the code of this room changes what a document is tagged with."""
BATCH = 1000
"""Documents that are tagged together: enough to keep spaCy busy, a few megabytes of memory."""
LONGEST_TEXT = 100_000
"""Characters that are read; a longer text is an archive or a mistake, and spaCy refuses a million."""
KNOWN_WORDS = 200_000
"""Words whose prefixes are remembered: more than a year of Dutch news holds, some 40 MB."""

Doc.set_extension("kaders_hits", default=None, force=True)


class PhraseFinder:
    """The spaCy component: phrases through a PhraseMatcher on small letters, and words by their beginning."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._strings = nlp.vocab.strings
        self._matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
        self._stems: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
        self._begins = lru_cache(maxsize=KNOWN_WORDS)(self._stems_of)

    def listen_for(self, phrases: Mapping[str, tuple[str, ...]]) -> None:
        """Add phrases (straight apostrophes) under their labels; spaCy cuts them as it cuts texts."""
        for label, listed in phrases.items():
            whole = [self._nlp.make_doc(phrase) for phrase in listed if not phrase.endswith("*")]
            if whole:
                self._matcher.add(label, whole)
            for phrase in listed:
                if phrase.endswith("*"):
                    self._add_stem(label, phrase)
        self._begins.cache_clear()

    def _add_stem(self, label: str, phrase: str) -> None:
        """A phrase with a star: its last token is a beginning, the tokens before it are whole."""
        *before, stem = [token.lower_ for token in self._nlp.make_doc(phrase[:-1])]
        self._stems.setdefault(stem, []).append((label, phrase.lower(), tuple(before)))

    def __call__(self, doc: Doc) -> Doc:
        """Put the hits on the Doc."""
        doc._.kaders_hits = [*self._phrases(doc), *self._words(doc)]
        return doc

    def _phrases(self, doc: Doc) -> Iterator[Hit]:
        for label, start, end in self._matcher(doc):
            span = doc[start:end]
            yield Hit(self._strings[label], span.text.lower(), start, end, span.start_char)

    def _words(self, doc: Doc) -> Iterator[Hit]:
        for place, word in enumerate(doc.to_array([LOWER]).tolist()):
            for label, phrase, before in self._begins(word):
                start = place - len(before)
                if not before or (start >= 0 and tuple(t.lower_ for t in doc[start:place]) == before):
                    yield Hit(label, phrase, start, place + 1, doc[start].idx)

    def _stems_of(self, word: int) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Every listed beginning of a word, the word given as spaCy's number for it."""
        text = self._strings[word]
        parts = (text[:length] for length in range(1, len(text) + 1))
        return tuple(entry for part in parts for entry in self._stems.get(part, ()))


@Language.factory("kaders_phrases", assigns=["doc._.kaders_hits"])
def _phrase_finder(nlp: Language, name: str) -> PhraseFinder:
    return PhraseFinder(nlp)


class Tagger:
    """Says of documents what they are about and in which frames; knows nothing but its settings and lists.

    settings: topics, stated frames and reference lists; lists: word lists and spaCy configurations, those
    shipped in nlp_models/ unless others are given. Raises ConfigurationError for a phrase that cannot be
    looked for.
    """

    def __init__(self, settings: Settings, lists: WordLists | None = None) -> None:
        lists = lists or word_lists(settings)
        self._zone = settings.organisation.zone
        self._pipelines = {language: _pipeline(settings, lists, language) for language in TAGGED_LANGUAGES}
        self._judges = {language: Judge(settings, language) for language in TAGGED_LANGUAGES}
        self.version = tagger_version(settings, lists)

    def tag(self, documents: Iterable[Document]) -> Iterator[Tagged]:
        """The documents with their tags, in the order in which they come."""
        waiting = iter(documents)
        while batch := list(islice(waiting, BATCH)):
            judged: dict[int, Judgement] = {}
            for language in TAGGED_LANGUAGES:
                judged |= self._judged(batch, language)
            for number, document in enumerate(batch):
                yield Tagged(document, self._tags(document, judged.get(number, NOTHING)))

    def _judged(self, batch: list[Document], language: str) -> Iterator[tuple[int, Judgement]]:
        """The number in the batch and the judgement of each document in one language."""
        texts = [(_text(doc), number) for number, doc in enumerate(batch) if doc.language == language]
        judge = self._judges[language]
        for found, number in self._pipelines[language].pipe(texts, as_tuples=True):
            document = batch[number]
            day = document.published.astimezone(self._zone).date()
            yield number, judge.judge(found._.kaders_hits, title=len(_headline(document)), day=day)

    def _tags(self, document: Document, judgement: Judgement) -> Tags:
        whole = f"{_headline(document)}\n{document.text[:LONGEST_TEXT]}"
        return Tags(
            policy_areas=judgement.policy_areas,
            topics=judgement.topics,
            frames=judgement.frames,
            messages=judgement.messages,
            counters=judgement.counters,
            questions=questions(whole) if document.language in TAGGED_LANGUAGES else (),
            sketch=sketch(whole),
            version=self.version,
        )


def _pipeline(settings: Settings, lists: WordLists, language: str) -> Language:
    config = Config().from_str(lists.configs[language])
    nlp = load_model_from_config(config, auto_fill=True)
    finder = cast(PhraseFinder, nlp.get_pipe("kaders_phrases"))
    finder.listen_for(listen_for(settings, lists, language))
    return nlp


def _headline(document: Document) -> str:
    """The title, or nothing when it is only the beginning of the text, as that of a post is."""
    title = plain(document.title)
    return "" if plain(document.text).startswith(title.rstrip(" ….")) else title


def _text(document: Document) -> str:
    """Headline and text, kept apart by a blank line, which no phrase runs over."""
    return f"{_headline(document)}\n\n{plain(document.text[:LONGEST_TEXT])}"


def stop_words() -> frozenset[str]:
    """The words that the tagged languages are made of, as spaCy lists them, in lower case."""
    classes = [get_lang_class(language) for language in TAGGED_LANGUAGES]
    return frozenset[str]().union(*(each.Defaults.stop_words for each in classes))


def tagger_version(settings: Settings, lists: WordLists | None = None) -> str:
    """A short hash over everything that decides a tag; the same input gives the same hash anywhere."""
    lists = lists or word_lists(settings)
    decides = {
        "code": (REVISION, __version__, spacy_version, LONGEST_TEXT),
        "judge": (TITLE_WEIGHT, SHARE_OF_STRONGEST, MOST_FRAMES, MOST_AREAS),
        "words": (SKETCH_LENGTH, SKETCH_SEED, SHINGLE, QUESTION_WORDS, MOST_QUESTIONS),
        "configs": dict(lists.configs),
        "phrases": {language: listen_for(settings, lists, language) for language in TAGGED_LANGUAGES},
        "themes": [(topic.id, settings.theme(topic.policy_area).code) for topic in settings.topics],
        "messages": [(f.id, f.version, f.topic, str(f.valid_from), str(f.valid_to)) for f in settings.frames],
        "zone": settings.organisation.timezone,
    }
    return hashlib.blake2b(json.dumps(decides, sort_keys=True).encode(), digest_size=6).hexdigest()
