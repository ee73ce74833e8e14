"""A small site on loopback that serves what a test puts on it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site(ThreadingHTTPServer):
    """Serves `pages`: a path gives a body, or a status with where it leads; anything else is 404."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, bytes | tuple[int, str]] = {}
        self.asked: list[str] = []

    @property
    def place(self) -> str:
        """host:port, for the door's list of what may be asked although it is not public."""
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.place}"

    def feed(self, path: str, *titles: str, title: str = "De Dijkbode", year: int = 2026) -> None:
        """Puts an RSS feed on the site, one entry a day up to 22 November."""
        items = "".join(
            f"<item><guid>{path}{n}</guid><title>{each}</title><link>{self.url}{path}/{n}</link>"
            f"<pubDate>{22 - n:02} Nov {year} 10:00:00 +0100</pubDate></item>"
            for n, each in enumerate(titles)
        )
        head = f"<title>{title}</title><link>{self.url}/</link>"
        self.pages[path] = (
            f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()
        )

    def page(self, path: str, head: str = "", body: str = "<p>Welkom</p>") -> None:
        """Puts an HTML page on the site."""
        self.pages[path] = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


class _Handler(BaseHTTPRequestHandler):
    server: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        given = self.server.pages.get(self.path.partition("?")[0], (404, ""))
        status, body = (200, given) if isinstance(given, bytes) else (given[0], b"")
        self.send_response(status)
        if not isinstance(given, bytes) and given[1]:
            self.send_header("Location", given[1])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
