"""Small social platforms with their posts in memory, asked by a question or over HTTP on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from reading import NOW

from kaders.model import Question

API = "https://sociaal.example/api/v1"
PAGE = 4
"""Posts that both give at once."""
DID = "did:plc:gemeente"


@dataclass
class Instance:
    """A server that answers as the documentation of Mastodon's API says, with its posts in memory."""

    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    together: bool = True
    pages: bool = True
    asked: list[str] = field(default_factory=list)

    def post(self, number: int, text: str, at: datetime = NOW) -> None:
        self.posts[number] = {
            "id": str(number),
            "created_at": at.isoformat(),
            "visibility": "public",
            "content": f"<p>{text}</p>",
            "uri": f"https://sociaal.example/users/bo/statuses/{number}",
            "account": {"acct": "bo"},
        }

    def answer(self, question: Question) -> tuple[int, Any, str]:
        """Status, JSON and Link header."""
        parts, query = urlsplit(question.url), parse_qsl(urlsplit(question.url).query)
        self.asked.append(parts.path.removeprefix("/api/v1") + (f"?{parts.query}" if parts.query else ""))
        if parts.path.endswith("/statuses"):
            wanted = [int(value) for name, value in query if name == "id[]"]
            return (
                (200, [self.posts[n] for n in wanted if n in self.posts], "")
                if self.together
                else (404, "", "")
            )
        if "/statuses/" in parts.path:
            one = self.posts.get(int(parts.path.rpartition("/")[2]))
            return (200, one, "") if one else (404, "", "")
        after = int(dict(query).get("min_id", 0))
        newer = sorted(n for n in self.posts if n > after)
        page = newer[:PAGE] if after else newer[-PAGE:]
        link = (
            f'<{API}/x?max_id=1>; rel="next", <{API}/x?min_id=9>; rel="prev"' if page and self.pages else ""
        )
        return 200, [self.posts[n] for n in reversed(page)], link


def uri(number: int) -> str:
    return f"at://{DID}/app.bsky.feed.post/k{number}"


@dataclass
class Service:
    """Answers as the lexicons of app.bsky.feed say, with its posts in memory, newest last.

    marks    how its marks of pages end; it does not know others
    refuses  whether the account is not there any more
    """

    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    knows_posts: bool = True
    marks: str = ""
    refuses: bool = False
    asked: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def post(self, number: int, text: str, at: datetime = NOW, **more: Any) -> None:
        self.posts[number] = {
            "uri": uri(number),
            "cid": f"cid{number}",
            "author": {"did": DID, "handle": "gemeente.example"},
            "record": {"text": text, "createdAt": at.isoformat(), "langs": ["nl"]},
            "indexedAt": at.isoformat(),
        } | more

    def answer(self, question: Question) -> tuple[int, Any]:
        self.asked.append(urlsplit(question.url).path.rpartition(".")[2])
        self.questions.append(question)
        query = parse_qs(urlsplit(question.url).query)
        if question.url.partition("?")[0].endswith("getPosts"):
            known = {each["uri"]: each for each in self.posts.values()}
            wanted = [known[one] for one in query["uris"] if one in known]
            return (200, {"posts": wanted}) if self.knows_posts else (404, {})
        if self.refuses:
            return 400, {"error": "InvalidRequest", "message": "Profile not found"}
        newest = [self.posts[n] for n in sorted(self.posts, reverse=True)]
        if "searchPosts" in question.url:
            since, until = query["since"][0], query.get("until", ["9"])[0]
            newest = [each for each in newest if since <= each["indexedAt"] < until]
        mark = query.get("cursor", [f"0{self.marks}"])[0]
        if not mark.endswith(self.marks):
            return 400, {"error": "InvalidRequest", "message": "Malformed cursor"}
        start = int(mark.removesuffix(self.marks) or "0")
        page = newest[start : start + PAGE]
        more = {"cursor": f"{start + PAGE}{self.marks}"} if start + PAGE < len(newest) else {}
        if "searchPosts" in question.url:
            return 200, {"posts": page} | more
        return 200, {"feed": [{"post": each} for each in page]} | more


@contextmanager
def served(answer: Callable[[Question], tuple[Any, ...]]) -> Iterator[str]:
    """Answers over HTTP what `answer` says (status, JSON, Link header if any); gives the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, *link = answer(Question(f"http://{self.headers['Host']}{self.path}"))
            told = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            if link and link[0]:
                self.send_header("Link", link[0])
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
