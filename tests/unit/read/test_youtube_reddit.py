"""YouTube and Reddit through their feeds."""

from __future__ import annotations

import pytest
from reading import FEEDS, NOW, asked, source

from kaders.errors import Quarantine
from kaders.read import reddit, youtube

CHANNEL = "UC" + "a" * 22
VIDEOS = "https://www.youtube.com/feeds/videos.xml"


@pytest.mark.parametrize(
    ("address", "feed"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}", f"{VIDEOS}?channel_id={CHANNEL}"),
        (f"https://m.youtube.com/channel/{CHANNEL}/videos", f"{VIDEOS}?channel_id={CHANNEL}"),
        ("https://www.youtube.com/playlist?list=PL1234567890", f"{VIDEOS}?playlist_id=PL1234567890"),
        (f"{VIDEOS}?channel_id={CHANNEL}", f"{VIDEOS}?channel_id={CHANNEL}"),
        ("https://www.youtube.com/c/gemeente", "https://www.youtube.com/c/gemeente"),
    ],
)
def test_the_feed_of_a_channel_or_playlist(address: str, feed: str) -> None:
    assert youtube.first(source(url=address), {}, NOW).url == feed


def test_a_video_has_its_description_as_text() -> None:
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
    <feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/"
          xmlns="http://www.w3.org/2005/Atom"><title>Gemeente</title>
    <entry><id>yt:video:abc</id><yt:videoId>abc</yt:videoId><title>De brug gaat open</title>
      <link rel="alternate" href="https://www.youtube.com/watch?v=abc"/>
      <author><name>Gemeente</name><uri>https://www.youtube.com/channel/{CHANNEL}</uri></author>
      <published>2026-11-20T10:00:00+00:00</published>
      <media:group><media:title>De brug</media:title>
        <media:description>Vanaf maandag kan iedereen er weer over.</media:description></media:group>
    </entry></feed>""".encode()
    [video] = youtube.parse(body, asked(reader="youtube", kind="social")).items
    assert (video.guid, video.url) == ("yt:video:abc", "https://www.youtube.com/watch?v=abc")
    assert (video.title, video.text) == ("De brug gaat open", "Vanaf maandag kan iedereen er weer over.")
    assert video.author
    assert "Gemeente" not in video.author


@pytest.mark.parametrize(
    "address",
    ["https://www.reddit.com/r/Utrecht", "https://www.reddit.com/r/Utrecht/", "https://www.reddit.com/r/Utrecht/.rss",
     "https://www.reddit.com/r/Utrecht/new", "https://www.reddit.com/r/Utrecht/new/.rss"],
)  # fmt: skip
def test_the_feed_of_a_subreddit(address: str) -> None:
    assert reddit.first(source(url=address), {}, NOW).url == "https://www.reddit.com/r/Utrecht/new/.rss"


def test_a_post_names_nobody() -> None:
    body = b"""<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">
    <title>newest submissions : Utrecht</title>
    <entry><author><name>/u/fietser030</name><uri>https://www.reddit.com/user/fietser030</uri></author>
      <content type="html">&lt;!-- SC_OFF --&gt;&lt;div class=&quot;md&quot;&gt;&lt;p&gt;De brug is weer dicht.&lt;/p&gt;
      &lt;/div&gt;&lt;!-- SC_ON --&gt; &amp;#32; submitted by &amp;#32; &lt;a href=&quot;https://www.reddit.com/user/fietser030&quot;&gt;
      /u/fietser030 &lt;/a&gt; &lt;br/&gt; &lt;span&gt;&lt;a href=&quot;https://www.reddit.com/r/Utrecht/comments/1/&quot;&gt;[link]&lt;/a&gt;&lt;/span&gt; &amp;#32;
      &lt;span&gt;&lt;a href=&quot;https://www.reddit.com/r/Utrecht/comments/1/&quot;&gt;[comments]&lt;/a&gt;&lt;/span&gt;</content>
      <id>t3_1</id><link href="https://www.reddit.com/r/Utrecht/comments/1/de_brug/"/>
      <updated>2026-11-22T10:00:00+00:00</updated><published>2026-11-22T10:00:00+00:00</published>
      <title>De brug</title></entry></feed>"""
    [post] = reddit.parse(
        body, asked(reader="reddit", kind="social", url="https://www.reddit.com/r/Utrecht")
    ).items
    assert (post.guid, post.title, post.text) == ("t3_1", "De brug", "De brug is weer dicht.")
    assert "fietser030" not in repr(post)


def test_nobody_is_followed_on_reddit() -> None:
    with pytest.raises(Quarantine, match=r"^unreadable$"):
        reddit.parse(
            (FEEDS / "bluesky.json").read_bytes(), asked(url="https://www.reddit.com/user/iemand/.rss")
        )
