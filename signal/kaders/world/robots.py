"""A burst of robots: many accounts with one script, of which each post exchanges a part."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta
from random import Random

from kaders.world import text
from kaders.world.clock import at
from kaders.world.grammar import Grammar, Slots, Subject, grammar
from kaders.world.piece import Piece, Truth, dress, language_of
from kaders.world.plan import Plan
from kaders.world.polish import capital, fill, join
from kaders.world.scenario_model import Plant

POSTS = 200
"""Posts of a burst whose scenario names no size."""
SCRIPT = 18
"""Words, at least, that all posts of a burst share: two sentences or three."""
EXCHANGED = (0.75, 1.0)
"""Words that are exchanged, against those of the script. Nineteen in twenty pairs of posts then share .3 to
.5 of their 3-word shingles (measured on 8 worlds): no copies of one text, nor two people's own words."""
MARKS = ("", "!", "!!", " 😡", " 👇", " #waterdam", " RT!", " Delen!", " ‼️", " 🔁")
START = time(14, 3)


def bursts(plan: Plan, day: date, numbers: Counter[str]) -> list[Piece]:
    """The posts of each burst of robots that is planted on a day; counts them in `numbers`."""
    planted = [plant for plant in plan.at_work(day) if plant.kind == "bot_burst"]
    return [piece for plant in planted for piece in _burst(plan, plant, day, numbers)]


def _burst(plan: Plan, plant: Plant, day: date, numbers: Counter[str]) -> list[Piece]:
    rng = Random(f"{plan.seed}|{day}|{plant.topic}|bots")
    places = [s for s in plan.alive(day) if s.kind == "social" and plant.source in (None, s.id)]
    if not places:
        return []
    language = language_of(plan, places[0], Random(f"{plan.seed}|{plant.topic}|bot language"))
    words, angle = grammar(language), plan.planted_talk(plant)
    script = _Script(rng, words, words.subjects[plant.topic or ""], angle)
    bots = [f"waterdamnu{number}" for number in rng.sample(range(1000, 10_000), k=min(plant.accounts, 9000))]
    start = at(day, START, plan.scenario.zone)
    truth = Truth(plant.topic, angle.frames, False, plant.counter, False, plant.kind)
    made = []
    for index in range(_posts(plan, plant)):
        place = rng.choices(places, [source.expected_per_day for source in places])[0]
        numbers[place.id] += 1
        copy = text.Copy("", script.post(rng), frozenset())
        published = start + timedelta(seconds=round(rng.uniform(0, plant.minutes * 60)))
        bot = bots[index % len(bots)]
        made.append(dress(plan, place, published, numbers[place.id], copy, language, truth, author=bot))
    return made


def _posts(plan: Plan, plant: Plant) -> int:
    normal = plan.scenario.topics[plant.topic or ""].per_day
    return round(plant.size.at_peak(normal)) if plant.size else POSTS


class _Script:
    """What all posts of a burst say, and the sentences that they exchange."""

    def __init__(self, rng: Random, words: Grammar, subject: Subject, angle: text.Angle) -> None:
        voices = [subject.counter[angle.counter]] if angle.counter else []
        for frame in angle.frames:
            voices += [subject.frames[frame]] if frame in subject.frames else []
            voices.append(words.frames[frame])
        self._dutch, self._slots = words.language == "nl", subject.slots
        said = list(dict.fromkeys(line for voice in voices for line in voice["post"]))
        named = [line for line in voices[0]["post"] if text.MENTION in line] or list(subject.headline)
        one = {slot: (rng.choice(fillings),) for slot, fillings in subject.slots.items()}
        one["mention"] = (plain_name(subject),)
        lines = [rng.choice(named)]
        rest = rng.sample([line for line in voices[0]["post"] if line not in lines], k=2)
        self._fixed = self._filled(rng, lines[0], one)
        while len(self._fixed.split()) < SCRIPT and rest:
            lines.append(rest.pop())
            self._fixed = join([self._fixed, self._filled(rng, lines[-1], one)])
        self._used = Counter({line: 0 for line in said if line not in lines})

    def post(self, rng: Random) -> str:
        """The script, with sentences before or after it that the other posts have used least."""
        low, high = (round(share * len(self._fixed.split())) for share in EXCHANGED)
        own = ""
        for line in sorted(rng.sample(list(self._used), k=len(self._used)), key=self._used.__getitem__):
            longer = join([own, self._filled(rng, line, self._slots)])
            if len(longer.split()) <= high:
                own = longer
                self._used[line] += 1
            if len(own.split()) >= low:
                break
        parts = [self._fixed, own] if rng.random() < 0.5 else [own, self._fixed]
        return join(parts) + rng.choice(MARKS)

    def _filled(self, rng: Random, line: str, slots: Slots) -> str:
        return capital(fill(line, rng, slots), dutch=self._dutch)


def plain_name(subject: Subject) -> str:
    """The shortest name of a subject that has most words of its id in it: what anybody would call it.

    Where the id is of another language, the first name of the grammar.
    """
    parts = subject.id.split("-")

    def known(name: str) -> int:
        return sum(part in name.casefold() for part in parts)

    names = subject.slots["mention"]
    best = max(map(known, names))
    return min((name for name in names if known(name) == best), key=len) if best else names[0]
