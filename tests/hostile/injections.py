"""Words that want to be code: in a page, a table, a template, a mail or an address."""

from __future__ import annotations

from xml.sax.saxutils import escape

from hostile.case import ATOM, JSON, Case, says
from hostile.feeds import THREE, atom, atom_entry, entry, json_feed, rss

_HTML = {
    "script": "<script>alert(1)</script>",
    "script-in-capitals": "<SCRIPT SRC=//x.example/a.js></SCRIPT>",
    "script-split": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "picture-error": "<img src=x onerror=alert(1)>",
    "svg-load": "<svg/onload=alert(1)>",
    "svg-link": "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "frame": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "form-action": "<form action=javascript:alert(1)><button>Lees</button></form>",
    "link-script": "<a href='javascript:alert(1)'>lees</a>",
    "link-control-character": "<a href='&#14; javascript:alert(1)'>lees</a>",
    "link-tab": "<a href='java&#9;script:alert(1)'>lees</a>",
    "link-data": "<a href='data:text/html;base64,PHNjcmlwdD4='>lees</a>",
    "style": "<style>@import 'javascript:alert(1)'</style><p style='background:url(javascript:x)'>x</p>",
    "meta": "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "mathml": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "comment": "<!--><img src=x onerror=alert(1)>-->",
    "template-page": "<template><img src=x onerror=alert(1)></template>",
    "pixel": "<img src='https://volg.example/p.gif?u=1' width=1 height=1>",
}
_TABLE = {
    "formula-equals": "=HYPERLINK(\"http://x.example\",\"klik\")",
    "formula-plus": "+1+cmd|' /C calc'!A0",
    "formula-minus": "-12% minder bezoekers",
    "formula-at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula-tab": "\t=1+1",
    "jinja": "{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "airflow-template": "{{ var.value.secret }} {{ conn.db.password }}",
    "format-string": "{0.__class__.__init__.__globals__} %(secret)s %s%n",
    "shell": "$(id) `id` ; rm -rf / #",
    "sql": "'); DROP TABLE core_document; --",
    "mail-header": "Peil&#13;&#10;Bcc: iedereen@krant.example&#13;&#10;&#13;&#10;tekst",
    "line-breaks": "regel een\nregel twee\u2028regel drie",
    "terminal": "\u009b31mrood &#27;[2J",
    "path": "../../../../etc/passwd",
}  # fmt: skip
_ADDRESSES = {
    "javascript": "javascript:alert(document.domain)",
    "javascript-capitals": "JaVaScRiPt:alert(1)",
    "javascript-line": "java&#10;script:alert(1)",
    "javascript-before": "&#1;javascript:alert(1)",
    "data": "data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;",
    "vbscript": "vbscript:msgbox(1)",
    "file": "file:///etc/passwd",
    "quote": 'https://krant.example/"onmouseover="alert(1)',
    "angle": "https://krant.example/&lt;script&gt;alert(1)&lt;/script&gt;",
    "user": "https://krant.example@kwaad.example/",
    "password": "https://lezer:GEHEIM-88@krant.example/1",
    "within": "http://127.0.0.1:22/",
    "crlf": "https://krant.example/&#13;&#10;X-Kop: ja",
    "broken": "http://[::1",
    "port": "http://krant.example:999999/",
    "formula": "=cmd|' /C calc'!A0",
}


def _title(words: str) -> Case:
    body = rss(entry(1, title=escape(words) if "&#" not in words else words), *THREE[1:])
    return Case(says(body.encode()), "READ", entries=2)


def _everywhere(words: str) -> Case:
    """In title, description, author and category, as RSS has them escaped."""
    safe = escape(words)
    fields = f"<description>{safe}</description><author>{safe}</author><dc:creator>{safe}</dc:creator><category>{safe}</category>"
    return Case(says(rss(entry(1, title=safe, more=fields), *THREE[1:]).encode()), "READ", entries=3)


def _link(address: str) -> Case:
    return Case(
        says(rss(entry(1, link=address), *THREE[1:]).encode()), "READ", entries=2, never=("GEHEIM-88",)
    )


def _atom(words: str) -> Case:
    body = f'<content type="html">{escape(words)}</content><author><name>{escape(words)}</name></author>'
    return Case(says(atom(atom_entry(1, body), atom_entry(2)).encode(), kind=ATOM), "READ", entries=2)


def _json(words: str) -> Case:
    one = {
        "id": "a",
        "url": words,
        "title": words,
        "content_html": words,
        "authors": [{"name": words, "url": words}],
        "tags": [words],
    }
    return Case(says(json_feed([one]), kind=JSON), "READ", entries=1)


_PERSON = "<author>jan.jansen@krant.example (Jan Jansen)</author><dc:creator>Jan Jansen</dc:creator>"

CASES = (
    {f"page-{name}": _everywhere(words) for name, words in _HTML.items()}
    | {f"cell-{name}": _title(words) for name, words in _TABLE.items()}
    | {f"link-{name}": _link(address) for name, address in _ADDRESSES.items()}
    | {f"atom-{name}": _atom(_HTML[name]) for name in ("script", "svg-link", "form-action", "link-control-character")}
    | {f"json-{name}": _json(_HTML[name]) for name in ("script", "picture-error", "link-script")}
    | {
        "author-with-line-break": Case(
            says(rss(entry(1, more="<author>a@b.example\n(Jan\nJansen)</author>"), *THREE[1:]).encode()), entries=3
        ),
        "author-is-a-person": Case(
            says(rss(entry(1, more=_PERSON), *THREE[1:]).encode()), entries=3, never=("Jansen", "jan.jansen")
        ),
        "description-with-page": _everywhere("<html><head><title>x</title></head><body onload=alert(1)>x</body></html>"),
    }
)  # fmt: skip
