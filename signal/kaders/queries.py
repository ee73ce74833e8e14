"""What a source is asked, per reader: the fields under `query:` of an entry of sources.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails


class Query(BaseModel):
    """What to ask; a reader without fields of its own is asked by its address alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def lacks(self) -> tuple[str, str] | None:
        """What is wrong with it as a whole and how to mend that; None when it can be asked."""
        return None


def _word(value: str) -> str:
    if "@" in value or value.startswith(("u/", "/u/")):
        raise ValueError("names a person or an account; only subjects are followed")
    return value


Words = Annotated[str, AfterValidator(_word)]
Language = Literal["nl", "en"]


class Tags(Query):
    """mastodon: further tags beside the one in the address (at most four each, as the API has it)."""

    any: tuple[Words, ...] = Field(default=(), max_length=4)
    all: tuple[Words, ...] = Field(default=(), max_length=4)
    none: tuple[Words, ...] = Field(default=(), max_length=4)
    local: bool = False


class Search(Query):
    """bluesky_search: words to search for, by somebody who has an account there."""

    words: Words = Field(min_length=1)
    language: Language | None = None


class Stream(Query):
    """jetstream: what to keep of the stream of all posts.

    words  phrases of which a post must hold one
    dids   repositories of organisations to listen to; their posts are kept whatever they say
    """

    words: tuple[Words, ...] = ()
    dids: tuple[str, ...] = ()

    def lacks(self) -> tuple[str, str] | None:
        """Without either it would hold everything."""
        if self.words or self.dids:
            return None
        return "would keep every post in the world", "Name words to listen for, or the DIDs of organisations."


class Gdelt(Query):
    """gdelt: words in GDELT's own query language, narrowed to languages, a country and sites."""

    words: Words = Field(min_length=1)
    languages: tuple[Language, ...] = ()
    country: str = ""
    sites: tuple[str, ...] = ()


class Guardian(Query):
    """guardian: words, and the sections and tags to look in."""

    words: Words = ""
    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def lacks(self) -> tuple[str, str] | None:
        """Without any it would ask for the whole paper."""
        if self.words or self.sections or self.tags:
            return None
        return "would ask for the whole paper", "Give 'query' words, sections or tags."


class NewsApi(Query):
    """newsapi: words, and the sites and languages to look in."""

    words: Words = Field(default="", max_length=500)
    sites: tuple[str, ...] = ()
    language: Language | None = None

    def lacks(self) -> tuple[str, str] | None:
        """The service refuses a question without words and sites."""
        if self.words or self.sites:
            return None
        return "asks for nothing, which the service refuses", "Give 'query' words or sites."


class Rijksoverheid(Query):
    """rijksoverheid: words, subjects and kinds of documents of the site's own feed query."""

    words: Words = ""
    topics: tuple[str, ...] = ()
    types: tuple[str, ...] = ("pro:newsDocument",)


WORDLESS = ("Stemming", "Verslag")
"""The sets of the House whose entries have no subject or title to seek words in."""


def _wordless(kind: str) -> tuple[str, str] | None:
    if kind not in WORDLESS:
        return None
    return f"seeks words in '{kind}', which has no subject or title", "Take 'words' away, or ask another set."


class TweedeKamer(Query):
    """tweedekamer: one set of the OData service, narrowed to kinds (Soort) and words in the subject."""

    entity: Literal["Document", "Zaak", "Activiteit", "Besluit", "Stemming", "Verslag"] = "Document"
    kinds: tuple[str, ...] = ()
    words: tuple[Words, ...] = ()

    def lacks(self) -> tuple[str, str] | None:
        """Words have to have something to be sought in."""
        return _wordless(self.entity) if self.words else None


class SyncFeed(Query):
    """syncfeed: one category of the Tweede Kamer's replication feed."""

    category: Literal["Document", "Zaak", "Activiteit", "Besluit", "Stemming", "Verslag"] = "Document"
    words: tuple[Words, ...] = ()

    def lacks(self) -> tuple[str, str] | None:
        """Words have to have something to be sought in."""
        return _wordless(self.category) if self.words else None


class Sru(Query):
    """sru: publications of the Dutch government by their maker, words and title of the series."""

    creator: str = ""
    words: Words = ""
    publication: str = ""


class Raadsinformatie(Query):
    """raadsinformatie: documents of one or more councils; `index` as in ori_utrecht*."""

    index: str = Field(pattern=r"^[a-z0-9_*-]+$")
    words: Words = ""


class Paging(Query):
    """How a JSON API gives its next page.

    next       path in the reply to the next page's address or mark
    parameter  parameter in the address that carries the number or the mark
    start      number of the first page or row, when the pages are counted
    step       what to add for the next page; 0 when `next` gives a mark
    size       entries of a full page: a page with fewer is the last
    """

    next: str = ""
    parameter: str = ""
    start: int = 0
    step: int = Field(default=0, ge=0)
    size: int = Field(default=0, ge=0)


class JsonApi(Query):
    """json_api: where the entries and their fields stand in a JSON reply, as paths like `data.items`.

    key   how the secret goes along: `header:X-Api-Key`, `bearer`, or `query:api-key`
    body  parameters that are sent as JSON with POST; empty for GET
    since parameter that gets the moment of the newest entry that we have, as ISO 8601
    """

    items: str
    id: str = ""
    url: str = ""
    title: str = ""
    text: tuple[str, ...] = ()
    published: str = ""
    author: str = ""
    language: str = ""
    key: str = Field(default="", pattern=r"^(|bearer|(header|query):[A-Za-z0-9_.-]+)$")
    body: dict[str, str | int | bool] = {}
    parameters: dict[str, str | int] = {}
    since: str = ""
    pages: Paging | None = None


QUERIES: dict[str, type[Query]] = {
    "mastodon": Tags,
    "bluesky_search": Search,
    "jetstream": Stream,
    "gdelt": Gdelt,
    "guardian": Guardian,
    "newsapi": NewsApi,
    "rijksoverheid": Rijksoverheid,
    "tweedekamer": TweedeKamer,
    "syncfeed": SyncFeed,
    "sru": Sru,
    "raadsinformatie": Raadsinformatie,
    "json_api": JsonApi,
}
"""The form of `query:` for the readers that have one."""
ADDRESSES = {
    "gdelt": "https://api.gdeltproject.org/api/v2/doc/doc",
    "guardian": "https://content.guardianapis.com/search",
    "newsapi": "https://newsapi.org/v2/everything",
    "rijksoverheid": "https://www.rijksoverheid.nl/api/rss",
    "tweedekamer": "https://gegevensmagazijn.tweedekamer.nl/OData/v4/2.0",
    "syncfeed": "https://gegevensmagazijn.tweedekamer.nl/SyncFeed/2.0/Feed",
    "sru": "https://repository.overheid.nl/sru",
    "raadsinformatie": "https://api.openraadsinformatie.nl/v1/elastic",
    "bluesky_search": "https://bsky.social/xrpc",
    "jetstream": "wss://jetstream2.us-east.bsky.network/subscribe",
}
"""Where the services stand that have one address for everybody; `url:` in an entry takes its place."""
SECRETS = frozenset({"guardian", "newsapi", "bluesky_search"})
"""The readers that are refused without a key."""
ReaderName = Literal[
    "feed",
    "youtube",
    "reddit",
    "sitemap",
    "gdelt",
    "guardian",
    "newsapi",
    "mastodon",
    "bluesky",
    "bluesky_search",
    "jetstream",
    "rijksoverheid",
    "tweedekamer",
    "syncfeed",
    "sru",
    "raadsinformatie",
    "json_api",
    "import",
]


def _plainly(one: ErrorDetails) -> str:
    """What pydantic says about a field, as a person would."""
    given = one.get("ctx", {})
    plain = {
        "extra_forbidden": "is not known here",
        "missing": "is missing",
        "too_long": f"may have {given.get('max_length')} entries at most",
        "string_too_long": f"may have {given.get('max_length')} characters at most",
        "string_too_short": "is empty",
        "string_type": "should be a text",
        "tuple_type": "should be a list: [first, second]",
        "dict_type": "should have named parts: {name: value}",
        "literal_error": f"should be {given.get('expected')}",
        "bool_parsing": "should be true or false",
        "bool_type": "should be true or false",
        "string_pattern_mismatch": f"should have the form {given.get('pattern')}",
    }
    return plain.get(one["type"]) or one["msg"].removeprefix("Value error, ").lower()


def typed(reader: str, given: object) -> Query:
    """What is written under `query:` in its form; ValueError with every fault on one line."""
    model = QUERIES.get(reader, Query)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        said = [f"'{'.'.join(map(str, one['loc']))}' {_plainly(one)}" for one in error.errors()]
        known = ", ".join(model.model_fields) or "nothing"
        raise ValueError(f"{'; '.join(said)} (reader {reader} knows {known})") from None
