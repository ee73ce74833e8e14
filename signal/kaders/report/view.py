"""What a reader is told of a morning's payload, as sentences and rows; page.py only paints them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from kaders.report.voice import Voice, tidy, words

Payload = dict[str, Any]
Row = dict[str, Any]

TABLE_ROWS = 8
"""Issues in the table beside the picture: what fits beside it on A4; the rest is one click away."""
HEARD_SHOWN = 3
"""Things that are heard, per signal: a third line already competes with the message beside it."""
TERMS_SHOWN = 3
"""New words on their line: more do not fit on two lines in print."""
FRAME_GAP = 0.05
"""Difference of shares from which a frame is worth a sentence: less vanishes in whole percents."""
AS_SHARES = ("q", "same_story")
"""Parameters of the method that a reader knows as percents."""
_ORDER = ("signal", "watch", "standing_gap", "normal", "not_tested")


def numbers(payload: Payload) -> dict[str, int]:
    """Issue id -> number of its signal in the report, the most urgent 1."""
    return {signal["issue"]: index for index, signal in enumerate(payload["signals"], start=1)}


def issue_rows(payload: Payload) -> list[Row]:
    """The tested issues, those that matter first, then by growth."""
    tested = [issue for issue in payload["issues"] if issue["status"] != "not_tested"]
    order = numbers(payload)
    return sorted(
        tested,
        key=lambda i: (order.get(i["issue"], len(order) + 1), _ORDER.index(i["status"]), -(i["ratio"] or 0)),
    )


def untested(payload: Payload) -> list[Row]:
    """The issues on which nothing could be said."""
    return [issue for issue in payload["issues"] if issue["status"] == "not_tested"]


def reasons(missed: Sequence[Row], voice: Voice) -> list[tuple[str, list[str]]]:
    """Why issues were not tested, each reason with the names it holds for."""
    grouped: dict[str, list[str]] = {}
    for issue in missed:
        why = voice.both(issue["why_not"]) or voice.say("not_tested_why")
        grouped.setdefault(why, []).append(voice.both(issue["name"]))
    return list(grouped.items())


def remainder(more: Sequence[Row], missed: int, voice: Voice) -> str:
    """What the short table leaves out: issues that are ordinary or not, and those not tested."""
    ordinary = all(issue["status"] == "normal" for issue in more)
    parts = [voice.count("rest_normal" if ordinary else "rest_more", len(more))] if more else []
    return "; ".join(parts + ([voice.count("rest_not_tested", missed)] if missed else []))


def map_sentence(payload: Payload, voice: Voice) -> str:
    """The picture of the day in one sentence: its most urgent issue with its numbers."""
    order = numbers(payload)
    first = next((i for i in issue_rows(payload) if order.get(i["issue"]) == 1), None)
    if first is None:
        return voice.say("map_sentence_none")
    interval = voice.interval(first["divergence_low"], first["divergence_high"], 2)
    return voice.say(
        "map_sentence_bare" if first["divergence"] is None else "map_sentence",
        name=voice.both(first["name"]),
        ratio=voice.number(first["ratio"], 1),
        seen=voice.number(first["seen"]),
        expected=voice.about(first["expected"]),
        value=voice.number(first["divergence"], 2),
        interval=interval,
    )


def coverage(payload: Payload, voice: Voice) -> list[str]:
    """What was covered: day, sources, the sources that answered, items and stories."""
    c = payload["coverage"]
    return [
        voice.say("data_until", moment=voice.moment(payload["cutoff"])),
        voice.say(
            "sources_complete",
            complete=voice.number(c["sources_complete"]),
            total=voice.number(c["sources_total"]),
        ),
        voice.say("coverage_share", share=voice.percent(c["share"])),
        f"{voice.count('documents', c['documents_day'])}, {voice.count('stories', c['stories_day'])}",
    ]


def about(signal: Row, voice: Voice) -> str:
    """What a signal is about in a few words: its name, or its newest word and the policy area it is in."""
    name, terms = voice.both(signal.get("name")), (signal.get("novelty") or {}).get("terms")
    if signal.get("kind") != "unframed" or not terms:
        return name
    place = name if signal.get("topic") else voice.both((signal.get("policy_area") or {}).get("label"))
    return voice.say("about_terms", term=tidy(terms[0]["term"], 40), name=place or name)


def bare_headline(signal: Row, voice: Voice) -> str:
    """The headline without the name in front, for where the name stands before it already."""
    return voice.both(signal.get("headline")).removeprefix(f"{voice.both(signal.get('name'))}: ")


def shift(watched: Row, voice: Voice) -> str:
    """Where the emphasis of a watched issue went; "" when it fits our message: nothing to tell."""
    face = (watched.get("divergence") or {}).get("face", "none")
    return "" if face == "none" else voice.both(watched.get("explanation"))


def changes(payload: Payload, voice: Voice) -> list[tuple[str, str]]:
    """Per open signal its name and since when it runs and what changed; then those that went quiet."""
    running = [(about(signal, voice), _running(signal, voice)) for signal in payload["signals"]]
    now = numbers(payload)
    quiet = [o for o in payload["open_signals"] if o["issue"] not in now]
    return running + [
        (voice.both(o["name"]), f"{voice.say('state_' + o['state'])}: {_span(o, voice)}") for o in quiet
    ]


def _running(signal: Row, voice: Voice) -> str:
    """ "sinds za 21 nov, dag 3: gisteren verhoogd, vandaag hoog"."""
    level = voice.say(f"level_{signal['level']}")
    earlier = [d for d in signal["history"] or [] if d["day"] < signal["day"]]
    if not earlier:
        return voice.say("running_new", level=level)
    last, before = earlier[-1]["day"], voice.say(f"level_{earlier[-1]['level']}")
    yesterday = (date.fromisoformat(signal["day"]) - timedelta(days=1)).isoformat()
    key = "running_back" if last != yesterday else "running_same" if before == level else "running_changed"
    return voice.say(
        key,
        first=voice.day(signal["first_day"], short=True),
        n=voice.number(signal["day_number"]),
        last=voice.day(last, short=True),
        before=before,
        level=level,
    )


def _span(episode: Row, voice: Voice) -> str:
    """ "signaal, van ma 16 nov tot vr 20 nov"."""
    first, last = (voice.day(episode[key], short=True) for key in ("first_day", "last_day"))
    key = "since_day" if first == last else "since_until"
    return voice.say(key, level=voice.say(f"level_{episode['level']}"), first=first, last=last)


def heard(signal: Row, voice: Voice) -> list[str]:
    """What is heard instead of, against or beside our message, loudest first."""
    counters, frames, terms = _counters(signal, voice), _frames(signal, voice), _terms(signal, voice)
    order = (counters, frames, terms) if signal["kind"] == "contested" else (terms, frames, counters)
    found = [line for lines in order for line in lines][:HEARD_SHOWN]
    return found or [voice.say("heard_nothing")]


def _counters(signal: Row, voice: Voice) -> Iterator[str]:
    """The registered counter-frames that grow; one that shrinks explains nothing today."""
    for counter in sorted(signal["counter_frames"] or [], key=lambda c: -c["share"]):
        before = counter["before"]
        said = "" if before is None else voice.say("heard_before", share=voice.percent(before))
        if counter["share"] > (before or 0):
            share = voice.percent(counter["share"])
            yield voice.say("heard_counter", name=voice.both(counter["name"]), share=share, before=said)


def _frames(signal: Row, voice: Voice) -> Iterator[str]:
    """The policy frames heard beyond ours; counter-frames ("topic/id") have lines of their own."""
    rows = [f for f in (signal["divergence"] or {}).get("per_frame", []) if "/" not in f["frame"]]
    for frame in sorted(rows, key=lambda f: f["ours"] - f["theirs"]):
        if frame["theirs"] - frame["ours"] >= FRAME_GAP:
            shares = {"theirs": voice.percent(frame["theirs"]), "ours": voice.percent(frame["ours"])}
            yield voice.say("heard_frame", name=voice.both(frame["name"]), **shares)


def _terms(signal: Row, voice: Voice) -> list[str]:
    """The new words on one line: together they tell what is new."""
    terms = (signal["novelty"] or {}).get("terms", [])[:TERMS_SHOWN]
    said = ", ".join(
        voice.say(
            "heard_term_one" if term["seen"] == 1 else "heard_term",
            term=tidy(term["term"], 40),
            n=voice.number(term["seen"]),
            before=voice.number(term["before"]),
        )
        for term in terms
    )
    return [voice.say("heard_terms", terms=said)] if said else []


def shown(evidence: Row) -> tuple[str, str]:
    """Title and snippet of a piece of evidence; a post has no title, so its snippet then says it once."""
    title, snippet = tidy(evidence["title"]), tidy(evidence.get("snippet") or "")
    return (snippet, "") if snippet.startswith(title.rstrip("…. ")) else (title, snippet)


def seen_lines(signal: Row, voice: Voice) -> list[str]:
    """Seen against expected over the week, and on the day that was analysed."""
    v = signal["volume"]
    week = voice.say(
        "seen_line",
        seen=voice.number(v["seen"]),
        expected=voice.about(v["expected"]),
        interval=_counts(v["low"], v["high"], voice),
        ratio=voice.number(v["ratio"], 1),
    )
    if not v["series"] or v["day_seen"] is None:
        return [week]
    day = voice.day(v["series"][-1]["date"], short=True)
    day_numbers = {"seen": voice.number(v["day_seen"]), "expected": voice.about(v["day_expected"])}
    return [week, voice.say("seen_day", day=day, **day_numbers)]


def _counts(low: float | None, high: float | None, voice: Voice) -> str:
    if low is None or high is None:
        return ""
    return voice.say("range", low=voice.about(low), high=voice.about(high))


def gap_lines(signal: Row, voice: Voice) -> list[str]:
    """How far from our message, against what is usual and what we allow; empty without a message."""
    d = signal["divergence"]
    if not d:
        return []
    line = voice.say(
        "gap_line_first" if d["usual"] is None else "gap_line",
        value=voice.number(d["value"], 2),
        interval=voice.interval(d["low"], d["high"], 2),
        usual=voice.number(d["usual"], 2),
    )
    allowed = voice.say("gap_tolerance", tolerance=voice.number(d["tolerance"], 2))
    return [f"{line}; {allowed}", voice.say(f"face_{d['face']}")]


def carried(signal: Row, voice: Voice) -> str:
    """Which kinds of sources carry the issue, and the largest publisher with its share."""
    carriers = signal["carriers"]
    if not carriers:
        return ""
    kinds = ", ".join(
        f"{voice.say(f'kind_{k}')} {voice.number(n)}" for k, n in carriers["kinds"].items() if n
    )
    if not carriers["groups"] or carriers["largest_share"] is None:
        return voice.say("carried_bare", kinds=kinds)
    largest = tidy(carriers["groups"][0]["name"], 40)
    share = voice.percent(carriers["largest_share"])
    return voice.say("carried", kinds=kinds, group=largest, share=share)


def course(signal: Row, voice: Voice) -> str:
    """The episode so far: "za let op · zo signaal · ma hoog"."""
    days = signal["history"] or []
    return " · ".join(f"{voice.day(d['day'], short=True)} {voice.say('level_' + d['level'])}" for d in days)


def areas(payload: Payload, voice: Voice) -> list[tuple[str, list[Row]]]:
    """The top items under their policy area, areas in the order in which they come."""
    grouped: dict[str, list[Row]] = {}
    for item in payload["top_items"]:
        grouped.setdefault(voice.both(item["policy_area"]), []).append(item)
    return list(grouped.items())


def parameters(payload: Payload, voice: Voice) -> str:
    """The thresholds of the method in plain words, sorted by name."""
    return "; ".join(_parameter(k, v, voice) for k, v in sorted(payload["method"]["parameters"].items()))


def _parameter(name: str, value: object, voice: Voice) -> str:
    """One threshold in words; one that has none yet goes by its name."""
    as_share = name in AS_SHARES and isinstance(value, float)
    said = voice.percent(float(str(value))) if as_share else _plain(value, voice)
    known = f"param_{name}" in words(voice.language)
    return voice.say(f"param_{name}", value=said) if known else f"{tidy(name.replace('_', ' '))} {said}"


def _plain(value: object, voice: Voice) -> str:
    if isinstance(value, float):
        return voice.number(value, len(f"{value:g}".partition(".")[2]))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "–".join(_plain(one, voice) for one in value)
    return tidy(value, 60)
