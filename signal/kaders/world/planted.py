"""Texts that many repeat: wire copies and wire storms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from kaders.settings import Source
from kaders.world import text
from kaders.world.clock import at, end_of
from kaders.world.grammar import Grammar, Slots, Subject, grammar
from kaders.world.piece import Piece, Truth, dress
from kaders.world.plan import Plan
from kaders.world.polish import capital, fill
from kaders.world.scenario_model import NEWS_KINDS, Plant

COPIED = 0.03
"""Of ordinary news: taken over by one other title (author's estimate)."""
STORM_LENGTH = 9
"""Sentences of a wire story: so long that a changed headline and tail leave it the same story."""
STORM_HOURS = 5.0
TAILS = {
    "nl": (
        "(Persbureau Deltapers)",
        "Dit bericht wordt aangevuld.",
        "Bron: Deltapers.",
        "Lees meer op onze site.",
    ),
    "en": (
        "(Deltapers agency)",
        "This story will be updated.",
        "Source: Deltapers.",
        "Read more on our site.",
    ),
}
HEADS = {
    "nl": ("", "", "Update: ", "Uit de regio: ", "Raad en stad: "),
    "en": ("", "", "Update: ", "In brief: ", "Town hall: "),
}


def copies(plan: Plan, written: Sequence[Piece], day: date, numbers: Counter[str]) -> list[Piece]:
    """Ordinary wire copies: some of the day's news, in one other title each."""
    titles = {source.id: source for source in _titles(plan, day)}
    made = []
    for piece in written:
        rng = Random(f"{plan.seed}|{piece.identity.id}|copy")
        if piece.source not in titles or rng.random() >= COPIED:
            continue
        others = [
            title for title in titles.values() if _may_copy(title, titles[piece.source], piece.language)
        ]
        later = piece.published + timedelta(minutes=rng.uniform(10, 180))
        if others and later <= end_of(day, plan.scenario.zone):
            made.append(_taken_over(plan, piece, rng.choice(others), later, numbers, rng))
    return made


def wire_storms(plan: Plan, day: date, numbers: Counter[str]) -> list[Piece]:
    """The copies of each wire story that is planted on a day."""
    storms = [plant for plant in plan.at_work(day) if plant.kind == "wire_storm"]
    return [piece for plant in storms for piece in _storm(plan, plant, day, numbers)]


def _titles(plan: Plan, day: date) -> list[Source]:
    return [source for source in plan.alive(day) if source.kind in NEWS_KINDS]


def _may_copy(title: Source, original: Source, language: str) -> bool:
    return title.owner_group != original.owner_group and title.language in (None, language)


def _taken_over(
    plan: Plan, piece: Piece, title: Source, later: datetime, numbers: Counter[str], rng: Random
) -> Piece:
    numbers[title.id] += 1
    copy = text.Copy(piece.title, _tailed(piece.text, piece.language, rng), frozenset())
    truth = Truth(
        piece.truth.topic,
        piece.truth.frames,
        piece.truth.stated,
        piece.truth.counter,
        piece.truth.question,
        piece.truth.plant,
        piece.identity.id,
    )
    return dress(plan, title, later.replace(microsecond=0), numbers[title.id], copy, piece.language, truth)


def _tailed(body: str, language: str, rng: Random) -> str:
    return f"{body} {rng.choice(TAILS[language])}" if rng.random() < 0.6 else body


def _slots_of(rng: Random, subject: Subject) -> Slots:
    """The subject's slots with one filling each: one story or one message keeps to its numbers and names."""
    return {slot: (rng.choice(fillings),) for slot, fillings in subject.slots.items()}


def _storm(plan: Plan, plant: Plant, day: date, numbers: Counter[str]) -> list[Piece]:
    rng = Random(f"{plan.seed}|{day}|{plant.topic}|storm")
    titles = _storm_titles(plan, plant, day, rng)
    if not titles:
        return []
    language = titles[0].language or "nl"
    words, angle = grammar(language), plan.planted_talk(plant)
    subject = words.subjects[plant.topic or ""]
    lines, heads = _wire(rng, words, subject, angle)
    start, made = at(day, time(9, 40), plan.scenario.zone), []
    for title in titles:
        numbers[title.id] += 1
        kept = lines[: len(lines) - rng.choice((0, 0, 0, 1))]
        head = rng.choice(HEADS[language]) + rng.choice(heads)
        copy = text.Copy(head, _tailed(" ".join(kept), language, rng), frozenset())
        published = start + timedelta(seconds=round(rng.uniform(0, STORM_HOURS * 3600)))
        truth = Truth(plant.topic, angle.frames, False, plant.counter, False, plant.kind)
        made.append(dress(plan, title, published, numbers[title.id], copy, language, truth))
    return made


def _storm_titles(plan: Plan, plant: Plant, day: date, rng: Random) -> list[Source]:
    """The titles that run the story: of the language most titles write, at most `copies`."""
    titles = _titles(plan, day)
    spoken = Counter(title.language or "nl" for title in titles)
    if not spoken:
        return []
    most = max(sorted(spoken), key=lambda language: spoken[language])
    able = [title for title in titles if title.language in (None, most)]
    return rng.sample(able, k=min(plant.copies, len(able)))


def _wire(rng: Random, words: Grammar, subject: Subject, angle: text.Angle) -> tuple[list[str], list[str]]:
    """The sentences of a wire story and the headlines that desks put over it."""
    slots, dutch = _slots_of(rng, subject), words.language == "nl"
    voices = [subject.counter[angle.counter]] if angle.counter else []
    voices += [subject.frames.get(frame) or words.frames[frame] for frame in angle.frames]
    pool = list(dict.fromkeys(line for voice in voices for line in voice["news"]))
    lines = [
        capital(fill(line, rng, slots), dutch=dutch)
        for line in rng.sample(pool, k=min(STORM_LENGTH, len(pool)))
    ]
    first = [line for voice in voices for line in voice["headline"] if text.MENTION in line]
    heads = rng.sample(first, k=min(3, len(first))) or list(subject.headline[:3])
    return lines, [capital(fill(line, rng, slots), dutch=dutch) for line in heads]
