"""Listening to a stream of posts, against a real websocket server on loopback."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.sync.server import Server, ServerConnection, serve

from certificates import certificate
from kaders.collect import jetstream
from kaders.collect.jetstream import Heard, listen
from kaders.net.door import Door, FetchFailed
from kaders.read.items import Asked, Found
from kaders.read.jetstream import POST, parse
from kaders.settings import Source

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
US = int(NOW.timestamp() * 1_000_000)
SECOND = jetstream.SECOND


def event(seconds: float, text: str, rkey: str = "") -> dict[str, Any]:
    """A post so many seconds before now."""
    moment = US - int(seconds * SECOND)
    record = {"$type": POST, "text": text, "createdAt": NOW.isoformat()}
    commit = {
        "operation": "create",
        "collection": POST,
        "rkey": rkey or str(moment),
        "record": record,
        "cid": "c",
    }
    return {"did": "did:plc:bo", "time_us": moment, "kind": "commit", "commit": commit}


@dataclass
class Stream:
    """Plays back what it holds from the cursor on, as the real one does, and may break off after some events.

    unsorted  whether it plays all that it holds, in its own order
    breaks  after how many events each connection breaks off, in turn; the last word stands for all that follow
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    filler: str = ""
    unsorted: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    def __call__(self, connection: ServerConnection) -> None:
        assert connection.request
        query = parse_qs(urlsplit(connection.request.path).query)
        self.asked.append(query)
        self.agents.append(connection.request.headers["User-Agent"])
        start, left = int(query["cursor"][0]), self.breaks.pop(0) if self.breaks else -1
        for each in self.events:
            if self.unsorted or each["time_us"] >= start:
                if left == 0:
                    connection.socket.shutdown(socket.SHUT_RDWR)
                    return
                connection.send(json.dumps(each | ({"filler": self.filler} if self.filler else {})))
                left -= 1
        self.over.wait(5)


@pytest.fixture
def stream() -> Stream:
    return Stream()


@pytest.fixture
def server(stream: Stream) -> Iterator[Server]:
    with serve(stream, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        stream.over.set()
        server.shutdown()


Listen = Callable[..., Heard]


@pytest.fixture
def hear(server: Server, monkeypatch: pytest.MonkeyPatch) -> Listen:
    """Listens to the server, with the cursor and the limits that are given."""
    monkeypatch.setattr(jetstream, "QUIET", 0.3)
    port = server.socket.getsockname()[1]
    door = Door(allow=[f"127.0.0.1:{port}"])

    def call(cursor: int = 0, *, most: int = 1_000_000, deadline: float = 5, **query: Any) -> Heard:
        return listen(
            source(f"ws://127.0.0.1:{port}/subscribe", **query),
            {"time_us": str(cursor)} if cursor else {},
            door=door, until_us=US, deadline=deadline, most=most, contact="pers@toets.example",
        )  # fmt: skip

    return call


def source(url: str, **query: Any) -> Source:
    return Source(
        id="stroom", name="Stroom", kind="social", reader="jetstream", url=url, owner_group="bluesky",
        expected_per_day=1, terms="test", query=query or {"words": ["afvalpas"]},
    )  # fmt: skip


def read(heard: Heard) -> Found:
    found = parse(heard.lines, Asked(source("ws://x.example/"), NOW, b"sleutel"))
    assert found.cursor == {"time_us": heard.cursor}
    return found


def texts(heard: Heard) -> list[str]:
    return [item.text for item in read(heard).items]


def test_what_came_since_the_last_visit(stream: Stream, hear: Listen) -> None:
    stream.events = [
        event(60, "afvalpas een"),
        event(50, "iets anders"),
        event(40, "afvalpas twee"),
        event(0, "nu"),
    ]
    heard = hear(US - 100 * SECOND)
    assert texts(heard) == ["afvalpas een", "afvalpas twee"]
    assert heard.cursor == str(US)
    assert b"iets anders" not in heard.lines, "what nobody asked for is not kept"
    assert stream.asked == [{"wantedCollections": [POST], "cursor": [str(US - 105 * SECOND)]}]
    assert stream.agents[0].endswith("(+pers@toets.example)")


def test_the_next_visit_hears_the_border_twice_and_nothing_is_lost(stream: Stream, hear: Listen) -> None:
    stream.events = [event(60, "afvalpas een"), event(3, "afvalpas twee")]
    first = hear(US - 100 * SECOND, most=10)
    assert texts(first) == ["afvalpas een"], "as much as there was room for"
    second = hear(int(first.cursor))
    assert texts(second) == ["afvalpas een", "afvalpas twee"]


def test_a_quiet_stream_ends_the_visit(stream: Stream, hear: Listen) -> None:
    stream.events = [event(600, "afvalpas")]
    heard = hear(US - 700 * SECOND)
    assert texts(heard) == ["afvalpas"]
    assert heard.cursor == str(US - jetstream.LAG)


def test_the_deadline_ends_the_visit_where_it_was(stream: Stream, hear: Listen) -> None:
    stream.events = [event(600, "afvalpas")]
    assert hear(US - 700 * SECOND, deadline=0.25).cursor == str(US - 600 * SECOND)


def test_a_break_is_mended_within_the_visit(stream: Stream, hear: Listen) -> None:
    stream.events, stream.breaks = [event(9 - n, f"afvalpas {n}") for n in range(9)], [3, 6]
    heard = hear(US - 100 * SECOND)
    assert texts(heard) == [f"afvalpas {n}" for n in range(9)]
    assert len(stream.asked) == 3


def test_a_stream_that_breaks_off_for_good_keeps_what_was_heard(stream: Stream, hear: Listen) -> None:
    stream.events, stream.breaks = [event(30, "afvalpas een"), event(20, "afvalpas twee")], [1] * 20
    heard = hear(US - 100 * SECOND)
    assert texts(heard) == ["afvalpas een"]
    assert (heard.cursor, len(stream.asked)) == (str(US - 30 * SECOND), 4)


def test_a_stream_that_says_nothing_at_all_is_a_failure(stream: Stream, hear: Listen) -> None:
    stream.events, stream.breaks = [event(30, "afvalpas")], [0] * 20
    with pytest.raises(FetchFailed, match="unreachable"):
        hear(US - 100 * SECOND)


def test_a_visit_after_more_than_36_hours_says_that_something_is_missing(
    stream: Stream, hear: Listen
) -> None:
    stream.events = [event(0, "afvalpas")]
    heard = hear(US - 40 * 3600 * SECOND)
    assert read(heard).short == "cut_off"
    assert stream.asked[0]["cursor"] == [str(US - 36 * 3600 * SECOND - 5 * SECOND)]
    assert read(hear(US - 35 * 3600 * SECOND)).short == ""


def test_the_first_visit_goes_back_ten_minutes(stream: Stream, hear: Listen) -> None:
    stream.events = [event(0, "afvalpas")]
    hear()
    assert stream.asked[0]["cursor"] == [str(US - 605 * SECOND)]


def test_organisations_alone_are_asked_for_by_name(stream: Stream, hear: Listen) -> None:
    stream.events = [event(0, "wat dan ook")]
    heard = hear(US - SECOND, dids=["did:plc:bo"])
    assert stream.asked[0]["wantedDids"] == ["did:plc:bo"]
    assert b"wat dan ook" in heard.lines
    hear(US - SECOND, dids=["did:plc:bo"], words=["afvalpas"])
    assert "wantedDids" not in stream.asked[1], "with words every post must come by"


def test_an_event_that_is_too_large_is_stepped_over_and_said(
    stream: Stream, hear: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jetstream, "LARGEST", 2000)
    stream.events = [event(30, "afvalpas een"), event(29.5, "x" * 5000), event(0, "afvalpas twee")]
    heard = hear(US - 100 * SECOND)
    assert texts(heard) == ["afvalpas een", "afvalpas twee"]
    assert read(heard).short == "cut_off"


def test_what_is_no_event_is_passed_over(server: Server, stream: Stream, hear: Listen) -> None:
    stream.events = [event(5, "afvalpas") | {"commit": None}, event(4, "afvalpas")]
    assert texts(hear(US - 100 * SECOND)) == ["afvalpas"]


def test_an_address_inside_our_walls_is_refused() -> None:
    with pytest.raises(FetchFailed) as refused:
        listen(
            source("ws://127.0.0.1:9/subscribe"), {}, until_us=US, deadline=2, most=1000,
            door=Door(),
        )  # fmt: skip
    assert refused.value.reason == "refused_address"


def test_a_server_that_is_no_stream_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def refuse() -> None:
            for _ in range(4):
                taken, _ = server.accept()
                with taken:
                    taken.recv(4096)
                    taken.sendall(
                        b"HTTP/1.1 302 Found\r\nLocation: ws://169.254.1.1/\r\nContent-Length: 0\r\n\r\n"
                    )

        threading.Thread(target=refuse, daemon=True).start()
        with pytest.raises(FetchFailed, match="unreachable"):
            listen(
                source(f"ws://127.0.0.1:{port}/subscribe"), {}, until_us=US, deadline=3, most=1000,
                door=Door(allow=[f"127.0.0.1:{port}"]),
            )  # fmt: skip


@pytest.mark.parametrize("moment", [10**18, US + 61 * SECOND, 0, -1])
def test_an_event_of_a_moment_that_cannot_be_does_not_take_the_cursor_along(
    stream: Stream, hear: Listen, moment: int
) -> None:
    odd = event(50, "afvalpas van later") | {"time_us": moment}
    stream.events, stream.unsorted = [event(60, "afvalpas een"), odd, event(40, "afvalpas twee")], True
    heard = hear(US - 100 * SECOND)
    assert texts(heard) == ["afvalpas een", "afvalpas twee"]
    assert heard.cursor == str(US - 40 * SECOND)


def test_a_cursor_in_the_future_is_begun_anew_and_said(stream: Stream, hear: Listen) -> None:
    stream.events = [event(0, "afvalpas")]
    heard = hear(10**18)
    assert (heard.cursor, read(heard).short) == (str(US), "cut_off")
    assert stream.asked[0]["cursor"] == [str(US - 605 * SECOND)]


class Proxy:
    """Lets who asks for stroom.example through to a server; others get its words, or nothing when it has none."""

    def __init__(self, port: int = 0, words: bytes = b"") -> None:
        self.port, self.words, self.asked = port, words, b""
        self.over = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        while True:
            taken, _ = self.server.accept()
            threading.Thread(target=self.answer, args=(taken,), daemon=True).start()

    def answer(self, taken: socket.socket) -> None:
        asked = b""
        while not asked.endswith(b"\r\n\r\n"):
            asked += taken.recv(1)
        self.asked = asked
        if not self.port:
            taken.sendall(self.words)
            self.over.wait(5)
            return
        taken.sendall(b"HTTP/1.1 200 Toe maar\r\nVia: proxy\r\n\r\n")
        onward = socket.create_connection(("127.0.0.1", self.port))
        threading.Thread(target=self.pump, args=(onward, taken), daemon=True).start()
        self.pump(taken, onward)

    @staticmethod
    def pump(come: socket.socket, go: socket.socket) -> None:
        with suppress(OSError), go:
            while piece := come.recv(65536):
                go.sendall(piece)


def through(
    proxy: Proxy, url: str = "wss://stroom.example/subscribe", authorities: str | None = None
) -> Heard:
    door = Door(proxy=proxy.url, authorities=authorities, pause=0)
    return listen(source(url), {}, door=door, until_us=US, deadline=3, most=1_000_000)


def test_a_stream_goes_through_the_proxy_and_its_authority_is_believed(
    stream: Stream, tmp_path: Path
) -> None:
    certificate(tmp_path, "gezag")
    mine = certificate(tmp_path, "bron", issuer="gezag", subject="stroom.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(mine, mine.with_suffix(".key"))
    stream.events = [event(0, "afvalpas")]
    with serve(stream, "127.0.0.1", 0, ssl=context) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        try:
            proxy = Proxy(port)
            assert texts(through(proxy, authorities=str(tmp_path / "gezag.pem"))) == ["afvalpas"]
            assert proxy.asked.startswith(
                b"CONNECT stroom.example:443 HTTP/1.1\r\nHost: stroom.example:443\r\n"
            )
            for url, named in [
                ("wss://stroom.example/", None),
                ("wss://ander.example/", tmp_path / "gezag.pem"),
            ]:
                with pytest.raises(FetchFailed) as caught:
                    through(Proxy(port), url, str(named) if named else None)
                assert caught.value.reason == "tls"
        finally:  # or the server would wait for its guests
            stream.over.set()
            server.shutdown()


@pytest.mark.parametrize(
    ("words", "reason"),
    [(b"HTTP/1.1 403 Nee\r\n\r\n", "unreachable"), (b"HTTP/1.1 200 Ja\r\n" + b"X: x\r\n" * 9000, "unreachable"), (b"ja\r\n\r\n", "unreachable"), (b"", "timeout")],
    ids=["refuses", "goes on", "no HTTP", "mute"],
)  # fmt: skip
def test_a_proxy_that_does_not_let_a_stream_through(words: bytes, reason: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        through(Proxy(words=words))
    assert caught.value.reason == reason


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost", "intranet", "0x7f.1"])
def test_a_proxy_is_not_asked_for_a_stream_inside(host: str) -> None:
    proxy = Proxy(words=b"HTTP/1.1 403 Nee\r\n\r\n")
    with pytest.raises(FetchFailed) as caught:
        through(proxy, f"ws://{host}:8000/subscribe")
    assert (caught.value.reason, proxy.asked) == ("refused_address", b"")


def test_streams_of_one_host_wait_for_their_turn() -> None:
    proxy = Proxy(words=b"HTTP/1.1 403 Nee\r\n\r\n")
    door = Door(proxy=proxy.url, pause=9, patience=5)
    reasons = []
    for _ in range(2):
        with pytest.raises(FetchFailed) as caught:
            listen(source("wss://stroom.example/"), {}, door=door, until_us=US, deadline=1, most=1000)
        reasons.append((caught.value.reason, caught.value.retry_after))
    assert reasons == [("unreachable", 0), ("turn", 9)], "the second comes too soon"
