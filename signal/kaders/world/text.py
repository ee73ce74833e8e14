"""Texts of the demo world: news, posts and press releases put together from the grammar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from kaders.world.grammar import Grammar, Slots, Subject, Texts, Voice
from kaders.world.polish import capital, fill, join, slip

# Shares of the demo world, chosen by its author to be like the local news and posts he reads, not measured.
SPECIFIC = 0.6
"""Of sentences with a frame: about this very topic rather than about any topic."""
NAMED = 0.92
"""Of texts on a topic: those that name their subject."""
SLIPS = {"news": 0.01, "post": 0.06}
IRONY = 0.08
QUESTION = {"news": 0.03, "post": 0.12}
SECOND_FRAME = {"news": 0.3, "post": 0.12}
OPENER, CLOSER, HASHTAG = 0.45, 0.45, 0.2
TWO_SENTENCES = 0.4
TWO_SUBJECTS = 0.6
"""Of posts on no topic: with a second sentence."""
BYSTANDER = 0.3
"""Of news: with a sentence that shows no frame among the others."""
MENTION = "{mention}"


@dataclass(frozen=True, slots=True)
class Talk:
    """How a topic is talked about at a moment: frame weights and shares, as in the scenario."""

    frames: Mapping[str, float]
    stated_share: float
    counter_share: float
    neutral_share: float
    counters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Angle:
    """What one text says: policy frames (the strongest first), our message, a counter-frame, a question."""

    frames: tuple[str, ...] = ()
    stated: bool = False
    counter: str | None = None
    question: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """A finished text; `core` holds the templates it was made of, to tell repeats by."""

    title: str
    text: str
    core: frozenset[str]


def draw_angle(rng: Random, talk: Talk, form: str) -> Angle:
    """What a text in the form "news" or "post" will say."""
    stated = rng.random() < talk.stated_share
    counter = rng.choice(talk.counters) if talk.counters and rng.random() < talk.counter_share else None
    question = rng.random() < QUESTION[form]
    if rng.random() < talk.neutral_share and not counter:
        return Angle((), stated, None, question)
    frames = _draw(rng, talk.frames)
    rest = {frame: weight for frame, weight in talk.frames.items() if frame not in frames}
    if rng.random() < SECOND_FRAME[form]:
        frames += _draw(rng, rest)
    return Angle(frames, stated, counter, question)


def news(rng: Random, grammar: Grammar, subject: Subject, angle: Angle) -> Copy:
    """A headline and two to five sentences on a topic."""
    slots = subject.slots if rng.random() < NAMED else subject.unnamed
    headline = _headline(rng, grammar, subject, angle)
    body = _body(rng, grammar, subject, angle)
    if slots is subject.slots and not any(MENTION in line for line in (headline, *body)):
        headline = rng.choice(subject.headline)
    return _article(rng, grammar, slots, headline, body)


def post(rng: Random, grammar: Grammar, subject: Subject, angle: Angle) -> Copy:
    """One or two sentences on a topic, with what people put around them."""
    slots = subject.slots if rng.random() < NAMED else subject.unnamed
    lines = _said(rng, grammar, subject, angle)
    if slots is subject.slots and not any(MENTION in line for line in lines):
        lines = (*lines[:2], _naming(rng, grammar, angle))
    tag = f"#{subject.id}" if "-" not in subject.id and rng.random() < HASHTAG else ""
    return _message(rng, grammar, slots, lines, tag)


def press(rng: Random, grammar: Grammar, subject: Subject) -> Copy:
    """A press release of the organisation with its message."""
    body = rng.sample(list(subject.press), k=min(rng.choice((3, 3, 4, 5)), len(subject.press)))
    return _article(rng, grammar, subject.slots, rng.choice(subject.press_headline), body)


def press_post(rng: Random, grammar: Grammar, subject: Subject) -> Copy:
    """The organisation's message as a post on one of its own accounts."""
    body = rng.sample(list(subject.press), k=rng.choice((1, 2)))
    lines = [_sentence(line, rng, grammar, subject.slots) for line in body]
    return Copy("", join([*lines, rng.choice(("#waterdam", ""))]), frozenset(body))


def background_news(rng: Random, grammar: Grammar) -> Copy:
    """An article on something that is no topic."""
    voice = rng.choice(grammar.background)
    body = rng.sample(list(voice["news"]), k=rng.choice((2, 3, 3, 4)))
    return _article(rng, grammar, grammar.slots, rng.choice(voice["headline"]), body)


def background_post(rng: Random, grammar: Grammar) -> Copy:
    """A post on something that is no topic, sometimes followed by something else that is none."""
    voice = rng.choice(grammar.background)
    lines = [rng.choice(voice["post"])]
    if rng.random() < TWO_SUBJECTS:
        other = rng.choice((voice, rng.choice(grammar.background)))
        lines += [line for line in rng.sample(list(other["post"]), k=2) if line not in lines][:1]
    return _message(rng, grammar, grammar.slots, lines, "")


def _draw(rng: Random, weights: Mapping[str, float]) -> tuple[str, ...]:
    names = [name for name, weight in weights.items() if weight > 0]
    return (rng.choices(names, [weights[name] for name in names])[0],) if names else ()


def _voices(grammar: Grammar, subject: Subject, frame: str) -> tuple[Voice | None, Voice]:
    return subject.frames.get(frame), grammar.frames[frame]


def _framed(rng: Random, grammar: Grammar, subject: Subject, frame: str, form: str) -> Texts:
    specific, generic = _voices(grammar, subject, frame)
    return specific[form] if specific and rng.random() < SPECIFIC else generic[form]


def _headline(rng: Random, grammar: Grammar, subject: Subject, angle: Angle) -> str:
    chance = rng.random()
    if angle.counter and chance < 0.7:
        return rng.choice(subject.counter[angle.counter]["headline"])
    if angle.frames and chance < 0.75:
        return rng.choice(_framed(rng, grammar, subject, angle.frames[0], "headline"))
    return rng.choice(subject.headline if chance < 0.9 else grammar.neutral["headline"])


def _body(rng: Random, grammar: Grammar, subject: Subject, angle: Angle) -> list[str]:
    pools: list[Texts] = [subject.stated] if angle.stated and subject.stated else []
    if angle.counter:
        pools += [subject.counter[angle.counter]["news"]] * 2
    strongest = rng.choice((1, 2)) if angle.counter else rng.choice((2, 3))
    for frame, times in zip(angle.frames, (strongest, 1), strict=False):
        pools += [_framed(rng, grammar, subject, frame, "news") for _ in range(times)]
    if not angle.frames:
        pools += [grammar.neutral["news"]] * rng.choice((2, 3))
    pools = pools[:5]
    if angle.question and subject.question:
        pools[4:] = [subject.question]
    elif len(pools) < 5 and rng.random() < BYSTANDER:
        pools.insert(rng.randrange(len(pools) + 1), grammar.neutral["news"])
    return _different(rng, pools)


def _said(rng: Random, grammar: Grammar, subject: Subject, angle: Angle) -> tuple[str, ...]:
    pools = [subject.stated] if angle.stated and subject.stated else []
    if angle.counter:
        pools.append(subject.counter[angle.counter]["post"])
    pools += [_framed(rng, grammar, subject, frame, "post") for frame in angle.frames]
    if angle.question and subject.question:
        pools.append(subject.question)
    elif len(pools) == 1 and angle.frames and rng.random() < TWO_SENTENCES:
        pools.append(_framed(rng, grammar, subject, angle.frames[0], "post"))
    return tuple(_different(rng, pools or [grammar.neutral["post"]]))


def _naming(rng: Random, grammar: Grammar, angle: Angle) -> str:
    """A sentence for any topic that names the subject, in the text's own frame."""
    pool = grammar.frames[angle.frames[0]]["post"] if angle.frames else grammar.neutral["post"]
    return rng.choice([line for line in pool if MENTION in line])


def _different(rng: Random, pools: Iterable[Texts]) -> list[str]:
    """One template from each pool, none twice as far as the pools allow."""
    chosen: list[str] = []
    for pool in pools:
        left = [line for line in pool if line not in chosen]
        chosen.append(rng.choice(left or pool))
    return chosen


def _sentence(template: str, rng: Random, grammar: Grammar, slots: Slots) -> str:
    return capital(fill(template, rng, slots), dutch=grammar.language == "nl")


def _article(rng: Random, grammar: Grammar, slots: Slots, headline: str, body: Sequence[str]) -> Copy:
    title = _sentence(headline, rng, grammar, slots)
    lines = [_sentence(line, rng, grammar, slots) for line in body]
    text = " ".join(lines)
    return Copy(title, slip(text, rng) if rng.random() < SLIPS["news"] else text, frozenset(body))


def _message(rng: Random, grammar: Grammar, slots: Slots, templates: Sequence[str], tag: str) -> Copy:
    # A template that opens with a letter stands as its writer wanted it, small letters included.
    lines = [
        _sentence(line, rng, grammar, slots) if line[0] == "{" else fill(line, rng, slots)
        for line in templates
    ]
    said = join(lines)
    if rng.random() < IRONY:
        said = rng.choice(grammar.slots["irony"]).replace("{sentence}", capital(said, dutch=False))
        opener, closer = "", tag
    else:
        opener = rng.choice(grammar.slots["opener"]) if rng.random() < OPENER else ""
        closer = tag or (rng.choice(grammar.slots["closer"]) if rng.random() < CLOSER else "")
    text = join([opener, said, closer])
    return Copy("", slip(text, rng) if rng.random() < SLIPS["post"] else text, frozenset(templates))
