"""An organisation's folder is read whole, or every fault is one sentence with its line and its mend."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kaders import yaml_lines
from kaders.errors import ConfigurationError, Problem
from kaders.load import load, root
from kaders.settings import Settings

WATERDAM = root() / "organisations" / "waterdam"
FILES = ("organisation.yaml", "sources.yaml", "topics.yaml", "frames.yaml", "subscriptions.yaml")

SMALL = {
    "organisation.yaml": """\
id: klein
name: {nl: Klein}
contact: pers@klein.example
owners:
  pers:
    role: spokesperson
    name: {nl: Pers}
    mail: pers@klein.example
owner_rules: {absent: pers, contested: pers, reframed: pers, unframed: pers}
""",
    "sources.yaml": """\
sources:
  - id: krant
    name: De Krant
    kind: news
    url: ${WORLD}/krant/feed.rss
    owner_group: krant
    expected_per_day: 3
    terms: public
  - id: blog
    name: Het Blog
    kind: rss
    url: https://blog.example/feed
    owner_group: blog
    expected_per_day: 0.5
    terms: public
""",
    "topics.yaml": """\
topics:
  - id: afvalpas
    name: {nl: Afvalpas}
    policy_area: natuur en milieu
    owner: pers
    any:
      nl: [afvalpas*, restafval]
  - id: brug
    name: {nl: Brug}
    policy_area: c_849842ac
    any:
      nl: [brug]
""",
    "frames.yaml": """\
frames:
  - id: afvalpas-kern
    topic: afvalpas
    version: 1
    valid_from: 2026-01-01
    owner: pers
    message: {nl: Minder afval.}
    frames: {economic: 60, morality: 40}
    heard_by:
      nl: [minder afval]
    counter_frames:
      - id: dubbel
        name: {nl: Dubbel betalen}
        heard_by: {nl: [dubbel betalen]}
""",
    "subscriptions.yaml": """\
subscriptions:
  - id: pers
    to: pers@klein.example
    channel: mail
    topics: [afvalpas]
    policy_areas: [verkeer]
  - id: kanaal
    to: env:KANAAL
    channel: webhook
""",
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with a small organisation that has no faults."""
    folder = tmp_path / "klein"
    folder.mkdir()
    for file, text in SMALL.items():
        (folder / file).write_text(text, "utf-8")
    return folder


def read(folder: Path, *, world: str = "") -> Settings:
    return load(folder, data=folder.parent / "data", world=world)


def problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigurationError) as caught:
        read(folder)
    return caught.value.problems


def test_the_demo_organisation_loads() -> None:
    settings = read(WATERDAM, world="http://127.0.0.1:8000")
    assert len(settings.sources) == 28
    assert len(settings.topics) == len(settings.frames) == 12
    assert len(settings.policy_areas) == 92
    assert len(settings.frame_names) == 14
    assert settings.organisation.synthetic
    assert all(source.url and source.url.startswith("http://127.0.0.1:8000/") for source in settings.sources)


def test_the_demo_organisation_has_the_volume_it_promises() -> None:
    sources = read(WATERDAM).sources
    public = [source for source in sources if source.kind != "own"]
    assert 150 <= sum(source.expected_per_day for source in public) <= 190
    assert {source.kind for source in sources} == {"news", "rss", "social", "own"}
    assert {source.reader for source in sources} == {"feed", "mastodon", "bluesky"}


def test_every_demo_topic_has_one_message_on_a_day_of_its_world() -> None:
    settings = read(WATERDAM)
    for topic in settings.topics:
        stated = settings.stated(topic.id, date(2026, 6, 1))
        assert stated is not None
        assert sum(stated.frames.values()) == pytest.approx(100)
        assert stated.counter_frames
        assert all(stated.heard_by.of(language) for language in ("nl", "en"))


def test_no_phrase_is_heard_both_as_message_and_as_its_opposite() -> None:
    for frame in read(WATERDAM).frames:
        for counter in frame.counter_frames:
            for language in ("nl", "en"):
                assert not set(frame.heard_by.of(language)) & set(counter.heard_by.of(language)), frame.id


def test_labels_become_codes_weights_stay_percent_and_the_world_is_filled_in(small: Path) -> None:
    settings = read(small, world="http://127.0.0.1:1/")
    assert [topic.policy_area for topic in settings.topics] == ["c_afa30a11", "c_849842ac"]
    assert settings.subscriptions[0].policy_areas == ("c_849842ac",)
    assert settings.frames[0].frames == {"economic": 60, "morality": 40}
    assert settings.source("krant").url == "http://127.0.0.1:1/krant/feed.rss"
    assert settings.places.warehouse == small.parent / "data" / "warehouse" / "klein.duckdb"


def test_a_file_of_a_served_folder_is_no_account_whatever_it_is_called(small: Path) -> None:
    path = small / "sources.yaml"
    path.write_text(path.read_text("utf-8").replace("/krant/feed.rss", "/@feed.rss"), "utf-8")
    assert (
        load(small, data=small, world="http://127.0.0.1:8000").sources[0].url
        == "http://127.0.0.1:8000/@feed.rss"
    )


def test_without_a_world_the_placeholder_stays(small: Path) -> None:
    assert read(small).source("krant").url == "${WORLD}/krant/feed.rss"


ENTRY = """\
  - id: blog
    name: Nog een blog
    kind: rss
    url: https://anders.example/feed
    owner_group: blog
    expected_per_day: 1
    terms: public
"""
SECOND = SMALL["frames.yaml"].split("frames:\n", 1)[1].replace("afvalpas-kern", "afvalpas-twee")

# file, what to replace, by what, line of the problem, words in what is wrong, words in the mend
FAULTS = {
    "unknown topic in a frame": (
        "frames.yaml",
        "topic: afvalpas",
        "topic: afvalpass",
        3,
        "topic 'afvalpass' does not exist",
        "Did you mean 'afvalpas'?",
    ),
    "unknown topic in a subscription": (
        "subscriptions.yaml",
        "[afvalpas]",
        "[brug, xyz]",
        5,
        "topic 'xyz' does not exist",
        "The topics are: afvalpas, brug",
    ),
    "unknown area in a topic": (
        "topics.yaml",
        "natuur en milieu",
        "natuur en miljeu",
        4,
        "policy area 'natuur en miljeu'",
        "'natuur en milieu'",
    ),
    "unknown area in a subscription": (
        "subscriptions.yaml",
        "[verkeer]",
        "[verker]",
        6,
        "policy area 'verker'",
        "'verkeer'",
    ),
    "unknown owner in a topic": ("topics.yaml", "owner: pers", "owner: perz", 5, "owner 'perz'", "'pers'"),
    "unknown owner in a frame": ("frames.yaml", "owner: pers", "owner: perz", 6, "owner 'perz'", "'pers'"),
    "unknown owner in the rules": (
        "organisation.yaml",
        "absent: pers",
        "absent: perz",
        9,
        "owner 'perz'",
        "'pers'",
    ),
    "unknown time zone": (
        "organisation.yaml",
        "contact:",
        "timezone: Europe/Amsterdm\ncontact:",
        3,
        "time zone 'Europe/Amsterdm'",
        "'Europe/Amsterdam'",
    ),
    "unknown country": (
        "organisation.yaml",
        "contact:",
        "holidays: {country: XX}\ncontact:",
        3,
        "holiday country 'XX'",
        "The holiday countries are: ",
    ),
    "a world that is not there": (
        "organisation.yaml",
        "contact:",
        "world: weg.yaml\ncontact:",
        3,
        "'weg.yaml' is not a file",
        "Add the scenario",
    ),
    "no contact": ("organisation.yaml", "contact: pers@klein.example\n", "", 1, "no 'contact'", "contact: …"),
    "contact that is no address": (
        "organisation.yaml",
        "contact: pers@klein.example",
        "contact: bel ons",
        3,
        "'bel ons' is no mail address",
        "Give one",
    ),
    "owner without a mail address": (
        "organisation.yaml",
        "    mail: pers@klein.example",
        "    mail: pers",
        8,
        "'pers' is not a mail address",
        "name@",
    ),
    "role that does not exist": (
        "organisation.yaml",
        "role: spokesperson",
        "role: spokeswoman",
        6,
        "'spokeswoman' is not a word for",
        "'spokesperson'",
    ),
    "a double id": (
        "sources.yaml",
        SMALL["sources.yaml"],
        SMALL["sources.yaml"] + ENTRY,
        16,
        "the id 'blog' is already that of the source on line 9",
        "another id",
    ),
    "a double address": (
        "sources.yaml",
        "${WORLD}/krant/feed.rss",
        "https://blog.example/feed",
        12,
        "same address as 'krant'",
        "Keep one",
    ),
    "a source without an address": (
        "sources.yaml",
        "    url: https://blog.example/feed\n",
        "",
        9,
        "source 'blog' has no 'url'",
        "reader: import",
    ),
    "an address that is none": (
        "sources.yaml",
        "https://blog.example/feed",
        "blog.example/feed",
        12,
        "'url' of source 'blog'",
        "starts with http://",
    ),
    "no volume": (
        "sources.yaml",
        "expected_per_day: 3",
        "expected_per_day: 0",
        7,
        "'expected_per_day' of source 'krant' is 0",
        "greater than 0",
    ),
    "a kind that does not exist": ("sources.yaml", "kind: news", "kind: nieuws", 4, "'nieuws'", "'news'"),
    "a field that does not exist": (
        "sources.yaml",
        "terms: public\n  - id: blog",
        "termz: x\n    terms: x\n  - id: blog",
        8,
        "'termz' that does not exist",
        "Did you mean 'terms'?",
    ),
    "a missing field": (
        "topics.yaml",
        "    name: {nl: Brug}\n",
        "",
        8,
        "topic 'brug' has no 'name'",
        "name: …",
    ),
    "no words": ("topics.yaml", "nl: [brug]", "nl: []", 11, "no words under 'any'", "at least one"),
    "a text where a list should be": (
        "topics.yaml",
        "nl: [brug]",
        "nl: brug",
        12,
        "'any.nl' of topic 'brug'",
        "should be a list",
    ),
    "a number where a text should be": (
        "topics.yaml",
        "nl: [brug]",
        "nl: [brug, 112]",
        12,
        "is 112",
        "double quotes",
    ),
    "an empty field": (
        "topics.yaml",
        "policy_area: c_849842ac",
        "policy_area:",
        10,
        "is empty",
        "Fill it in",
    ),
    "an id with a capital": ("topics.yaml", "id: brug", "id: Brug", 8, "'Brug'", "small letters"),
    "a star within a word": (
        "topics.yaml",
        "nl: [brug]",
        "nl: ['br*g']",
        12,
        "the * in 'br*g'",
        "longer stem",
    ),
    "a handle in a topic": (
        "topics.yaml",
        "nl: [brug]",
        'nl: [brug, "@jan"]',
        12,
        "'@jan' is a handle",
        "never followed",
    ),
    "a handle in a message": (
        "frames.yaml",
        "[minder afval]",
        '["volgens @jan"]',
        10,
        "is a handle",
        "never followed",
    ),
    "a handle in a counter-frame": (
        "frames.yaml",
        "[dubbel betalen]",
        "[u/jan]",
        14,
        "is a handle",
        "never followed",
    ),
    "a handle in a subscription": (
        "subscriptions.yaml",
        "[afvalpas]",
        '["@jan"]',
        5,
        "is a handle",
        "never followed",
    ),
    "a handle without quotes": (
        "subscriptions.yaml",
        "[afvalpas]",
        "[@jan]",
        5,
        "not YAML",
        "never followed",
    ),
    "a receiver without an address": (
        "subscriptions.yaml",
        "to: pers@klein.example",
        "to: jan",
        3,
        "'jan' is not a mail address",
        "name@",
    ),
    "a receiver that is no webhook": (
        "subscriptions.yaml",
        "to: env:KANAAL",
        "to: KANAAL",
        8,
        "is not a webhook",
        "env:NAME",
    ),
    "a webhook in the open": (
        "subscriptions.yaml",
        "to: env:KANAAL",
        "to: https://chat.example/hooks/geheim",
        8,
        "stands here in full",
        "Put the address in an environment variable and write its name: env:NAME.",
    ),
    "weights that do not sum": ("frames.yaml", "morality: 40", "morality: 30", 8, "sum to 90", "sum to 100"),
    "a weight of nothing": (
        "frames.yaml",
        "morality: 40",
        "morality: 40, political: 0",
        8,
        "'political'",
        "more than 0",
    ),
    "a weight that is no number": ("frames.yaml", "morality: 40", "morality: .nan", 8, "nan", "more than 0"),
    "a frame that does not exist": (
        "frames.yaml",
        "morality: 40",
        "moralty: 40",
        8,
        "'moralty'",
        "'morality'",
    ),
    "an end before the beginning": (
        "frames.yaml",
        "    owner:",
        "    valid_to: 2025-12-31\n    owner:",
        6,
        "lies before valid_from",
        "Correct",
    ),
    "a date that does not exist": ("frames.yaml", "2026-01-01", "2026-02-30", 5, "2026-02-30", "2026-10-08"),
    "two messages of one version": (
        "frames.yaml",
        SMALL["frames.yaml"],
        SMALL["frames.yaml"] + SECOND,
        17,
        "two stated frames of version 1",
        "line 2",
    ),
    "two counter-frames with one id": (
        "frames.yaml",
        SMALL["frames.yaml"],
        SMALL["frames.yaml"] + "      - {id: dubbel, name: {nl: x}, heard_by: {}}\n",
        15,
        "two counter-frames 'dubbel'",
        "another id",
    ),
    "no words for a message": (
        "frames.yaml",
        "nl: [minder afval]",
        "nl: []",
        9,
        "no words under 'heard_by'",
        "recognised",
    ),
    "a double key": (
        "topics.yaml",
        "    owner: pers\n",
        "    owner: pers\n    owner: pers\n",
        6,
        "'owner' already stands on line 5",
        "Keep one",
    ),
    "a tab": (
        "topics.yaml",
        "    owner: pers",
        "\towner: pers",
        5,
        "a tab stands in the indentation",
        "spaces",
    ),
    "a colon in a text": (
        "topics.yaml",
        "name: {nl: Brug}",
        "name: Brug: oud",
        9,
        "not YAML",
        "double quotes",
    ),
    "a star before a word": ("topics.yaml", "nl: [brug]", "nl: [*brug]", 12, "not YAML", "stands last"),
    "a bracket left open": ("topics.yaml", "nl: [brug]", "nl: [brug", 13, "not YAML", "brackets"),
    "an empty file": (
        "topics.yaml",
        SMALL["topics.yaml"],
        "# niets\n",
        1,
        "the file is empty",
        "starter pack",
    ),
    "another file": ("topics.yaml", "topics:", "onderwerpen:", 1, "it says 'onderwerpen:'", "'topics:'"),
    "a list that is none": (
        "subscriptions.yaml",
        SMALL["subscriptions.yaml"],
        "subscriptions:\n",
        1,
        "is not a list",
        "subscriptions: []",
    ),
    "a misindented line": (
        "sources.yaml",
        "    name: De Krant",
        "     name: De Krant",
        3,
        "this is not YAML",
        "indent this line as its neighbours are",
    ),
    "a reader by another name": (
        "sources.yaml",
        "    owner_group: krant",
        "    reader: rss\n    owner_group: krant",
        6,
        "'rss' is not a word for 'reader'",
        "Did you mean 'feed'?",
    ),
    "five tags and a field too many": (
        "sources.yaml",
        "    owner_group: krant",
        "    reader: mastodon\n    query: {any: [a, b, c, d, e], every: x}\n    owner_group: krant",
        7,
        "'query' of source 'krant'",
        "'any' may have 4 entries at most; 'every' is not known here",
    ),
    "an account as a feed": (
        "sources.yaml",
        "https://blog.example/feed",
        "https://sociaal.example/@jan.rss",
        12,
        "the address of source 'blog' is that of an account",
        "Is it your own organisation's: 'kind: own'.",
    ),
    "an account on the api of Mastodon": (
        "sources.yaml",
        "https://blog.example/feed",
        "https://sociaal.example/api/v1/accounts/12/statuses",
        12,
        "the address of source 'blog' is that of an account",
        "never followed",
    ),
    "no sources": (
        "sources.yaml",
        SMALL["sources.yaml"],
        "sources: []\n",
        1,
        "not one source",
        "by hand or with `kaders source add`",
    ),
    "an entry that is a word": (
        "subscriptions.yaml",
        "  - id: kanaal\n    to: env:KANAAL\n    channel: webhook",
        "  - kanaal",
        7,
        "subscription number 2 has no fields",
        "name: value",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_one_problem_with_file_line_and_mend(small: Path, fault: str) -> None:
    file, old, new, line, what, mend = FAULTS[fault]
    path = small / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    found = problems(small)
    assert len(found) == 1, "\n".join(map(str, found))
    assert (found[0].file, found[0].line) == (str(path), line), found[0]
    assert what in found[0].what
    assert mend in found[0].mend
    assert found[0].mend[-1] in ".?"


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_one_problem_that_names_it(small: Path, file: str) -> None:
    (small / file).unlink()
    found = problems(small)
    assert [(one.file, one.what) for one in found] == [(str(small / file), "the file is missing")]


@pytest.mark.parametrize(
    ("spoil", "what", "mend"),
    [
        (lambda path: path.rename(path.with_suffix(".yml")), "missing", "Rename topics.yml to topics.yaml"),
        (lambda path: path.write_bytes(b"topics:\n  - id: caf\xe9\n"), "not UTF-8", "encoding UTF-8"),
        (lambda path: path.write_bytes(b"topics: \x00"), "not YAML", "."),
        (lambda path: path.write_text("[" * 5000), "nested", "."),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be read", "permissions"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_problem(
    small: Path, spoil: Callable[[Path], object], what: str, mend: str
) -> None:
    spoil(small / "topics.yaml")
    found = problems(small)
    assert len(found) == 1, found
    assert what in found[0].what
    assert mend in found[0].mend


def test_all_problems_of_all_files_come_at_once(small: Path) -> None:
    for file, old, new in (
        ("topics.yaml", "owner: pers", "owner: a"),
        ("frames.yaml", "owner: pers", "owner: b"),
    ):
        path = small / file
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    found = problems(small)
    assert [Path(one.file).name for one in found] == ["frames.yaml", "topics.yaml"]
    assert str(found[0]).startswith(f"{small / 'frames.yaml'}:6: owner 'b' does not exist")


@pytest.mark.parametrize("file", ["topics.yaml", "frames.yaml", "subscriptions.yaml"])
def test_collecting_goes_on_when_what_it_does_not_need_is_faulty(small: Path, file: str) -> None:
    (small / file).write_text("- : [", "utf-8")
    settings = load(small, data=small / "data", only_sources=True)
    assert [source.id for source in settings.sources] == ["krant", "blog"]
    assert not (settings.topics or settings.frames or settings.subscriptions)
    assert {Path(problem.file).name for problem in problems(small)} == {file}


@pytest.mark.parametrize("file", ["organisation.yaml", "sources.yaml"])
def test_collecting_stops_when_what_it_needs_is_faulty(small: Path, file: str) -> None:
    (small / file).write_text("- : [", "utf-8")
    with pytest.raises(ConfigurationError):
        load(small, data=small / "data", only_sources=True)


def test_words_that_yaml_would_take_for_a_truth_value_stay_words(small: Path) -> None:
    path = small / "topics.yaml"
    path.write_text(path.read_text("utf-8").replace("[brug]", "[no, ja, on]"), "utf-8")
    assert read(small).topic("brug").any.nl == ("no", "ja", "on")


def test_a_folder_that_does_not_exist_is_said_in_one_problem(tmp_path: Path) -> None:
    found = problems(tmp_path / "weg")
    assert len(found) == 1
    assert "does not exist" in found[0].what


def test_a_project_without_its_reference_files_says_which_is_missing(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KADERS_ROOT", str(tmp_path))
    assert [Path(one.file).name for one in problems(small)] == ["policy_areas.yaml"]


def test_a_copied_demo_folder_loads_from_anywhere(tmp_path: Path) -> None:
    shutil.copytree(WATERDAM, tmp_path / "kopie")
    assert read(tmp_path / "kopie").organisation.id == "waterdam"


@pytest.mark.parametrize("path", sorted(WATERDAM.glob("*.yaml")), ids=lambda path: path.name)
def test_a_file_reads_the_same_in_c_as_in_python(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = yaml_lines.read_sheet(path)
    monkeypatch.setattr(yaml_lines, "SHALLOW", 0)
    assert yaml_lines.read_sheet(path) == quick
    assert quick.data


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "? " * 100_000, "a: {" * 100_000])
def test_a_file_of_brackets_alone_ends_no_process(text: str, tmp_path: Path) -> None:
    (tmp_path / "diep.yaml").write_text(text)
    assert yaml_lines.read_sheet(tmp_path / "diep.yaml").problems
