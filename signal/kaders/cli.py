"""The command `kaders`: the same jobs as the DAGs, for a person at a keyboard.

Exit codes: 0 done, 1 finished with failures named, 2 wrong use or configuration, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from kaders import __version__, commands
from kaders.errors import ConfigurationError, KadersError
from kaders.typed import day, instant, positive, whole

DEFAULT_ORG = "organisations/waterdam"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    args = _parsed(argv)
    try:
        _default_org(args)
        return int(args.do(args))
    except KeyboardInterrupt:
        print("\nStopped. Nothing is lost: the same command goes on where this one was.", file=sys.stderr)
        return 130
    except KadersError as error:
        print(f"kaders: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        return 1
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        print(f"kaders: {error.strerror}{place}. {_mend(error)}, then run again", file=sys.stderr)
        return 1


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, the organisation's folder among them wherever it stands.

    argparse gives up on a folder that may be left out as soon as it has met what stands before it, so that it
    does not know the folder behind an option (`source add URL --yes ORG`); it is taken from what is left.
    """
    parser = _parser()
    args, left = parser.parse_known_args(argv)
    if len(left) == 1 and not left[0].startswith("-") and getattr(args, "org", "") is None:
        args.org, left = Path(left[0]), []
    if left:
        parser.error(f"unrecognized arguments: {' '.join(left)}")
    return args


def _default_org(args: argparse.Namespace) -> None:
    """The folder of KADERS_ORG, else that of the demo, into which nothing is written unless it is named."""
    if getattr(args, "org", "") is not None:
        return
    given = os.environ.get("KADERS_ORG")
    if not given and args.do in (_add, _import):
        raise ConfigurationError(
            "say whose source it is: name the folder of your organisation at the end, as in "
            "`kaders source add URL organisations/mine`"
        )
    args.org = Path(given or DEFAULT_ORG)


def _mend(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Make room on the disk"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Give this user access to it"
    return "Name another place or mend this one"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kaders", description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--version", action="version", version=__version__)
    found = parser.add_subparsers(required=True, metavar="COMMAND")
    _fill(found, COMMANDS)
    text = "Add a source by its address, or bring in and hand out lists of sources."
    source = found.add_parser("source", help=text, description=text)
    _fill(source.add_subparsers(required=True, metavar="WHAT"), SOURCE_COMMANDS)
    text = "Show the keys of the authors' pseudonyms, or replace them."
    key = found.add_parser("key", help=text, description=text)
    _fill(key.add_subparsers(required=True, metavar="WHAT"), KEY_COMMANDS)
    return parser


def _fill(found: Any, table: Commands) -> None:
    for name, (do, text, options) in table.items():
        command = found.add_parser(name, help=text, description=text)
        command.set_defaults(do=do)
        for option in options:
            option(command)


Option = Callable[[argparse.ArgumentParser], object]
Commands = dict[str, tuple[Callable[[argparse.Namespace], int], str, Iterable[Option]]]


def _org(command: argparse.ArgumentParser) -> None:
    default = os.environ.get("KADERS_ORG") or DEFAULT_ORG
    command.add_argument("org", nargs="?", type=Path, help=f"folder (default {default})")
    command.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("KADERS_DATA", "data")),
        help="where everything is kept (default data)",
    )


def _moment(command: argparse.ArgumentParser) -> None:
    command.add_argument("--day", type=day, help="the morning of this day, 06:30 (YYYY-MM-DD)")
    command.add_argument("--moment", type=instant, help="a moment with its zone, ISO 8601")


def _world(command: argparse.ArgumentParser) -> None:
    command.add_argument("--scenario", type=Path, help="YAML of the demo world")
    command.add_argument("--seed", type=whole, default=None, help="another seed is another world")
    command.add_argument("--days", type=positive, default=None, help="length of the demo world in days")


def _option(*names: str, **how: object) -> Option:
    return lambda command: command.add_argument(*names, **how)  # type: ignore[arg-type]


def _of(module: str) -> Callable[[str], Callable[[argparse.Namespace], int]]:
    """The commands of a module by name; it is loaded when one runs: it brings network or database along."""

    def named(name: str) -> Callable[[argparse.Namespace], int]:
        return lambda args: int(getattr(import_module(f"kaders.{module}"), name)(args))

    return named


def _check(args: argparse.Namespace) -> int:
    """The files first: what is wrong in them needs no network to be found."""
    return commands.check(args) or (_source("online")(args) if args.online else 0)


_key, _people, _upkeep = _of("key_commands"), _of("people_commands"), _of("upkeep_commands")
_source, _search = _of("source_commands"), _of("search_commands")("search_")
_history = _of("history_commands")("history")
_add, _import = _source("add"), _source("import_")
YES = _option("--yes", action="store_true", help="write without asking")
SOURCE_COMMANDS: Commands = {
    "add": (
        _add,
        "Find the feed of a site, show its newest entries, and propose the entry.",
        (
            _option("url", help="the address of a site or of a feed"),
            _org,
            _option("--own", action="store_true", help="it is a channel of your own organisation"),
            YES,
        ),
    ),
    "import": (
        _import,
        "Bring in a list of feeds from another reader.",
        (
            _option("file", type=Path, help="an OPML file"),
            _org,
            _option("--check", action="store_true", help="look at each feed first"),
            YES,
        ),
    ),
    "export": (
        _source("export"),
        "Hand out the list of feeds, without secrets.",
        (_option("file", type=Path, help="the OPML file to write; - for the terminal"), _org),
    ),
}
KEY_COMMANDS: Commands = {
    "rotate": (
        _key("rotate_"),
        "Add a key and bring every stored pseudonym up to it; each person stays one.",
        (_org, _moment, _option("--why", default="", help="the reason, kept with the date of the key")),
    ),
    "show": (_key("show"), "Number and date of each key, never the key.", (_org,)),
}
COMMANDS: Commands = {
    "init": (
        commands.init,
        "Make an organisation folder from a starter pack.",
        (
            _option("target", type=Path, help="the folder to make, as organisations/mine"),
            _option("--pack", required=True, choices=("municipality", "water_board", "ministry")),
        ),
    ),
    "check": (
        _check,
        "Validate an organisation's YAML: one clear error per problem.",
        (_org, _option("--online", action="store_true", help="also ask every source once; nothing is kept")),
    ),
    "run": (
        commands.run,
        "The main job, from collection to the morning report.",
        (
            _org,
            _moment,
            _world,
            _option("--airflow", action="store_true", help="the last mornings as real Airflow DAG runs"),
            _option("--mornings", type=positive, default=3, help="mornings of the demo that go all the way"),
        ),
    ),
    "collect": (
        commands.collect,
        "Fetch the sources into landing files, whether they are due or not.",
        (
            _org,
            _moment,
            _option("--due", action="store_true", help="only those that are due, as a schedule does"),
        ),
    ),
    "tag": (
        commands.tag,
        "Tag what has landed.",
        (
            _org,
            _moment,
            _option(
                "--partition",
                action="append",
                metavar="SOURCE/DAY",
                help="only what this source gave on this day, as bode/2026-11-20; repeat it for more",
            ),
        ),
    ),
    "load": (commands.job("load"), "Load what was tagged into the warehouse.", (_org, _moment)),
    "detect": (commands.job("detect"), "Judge the morning: signals.json.", (_org, _moment)),
    "report": (
        commands.job("report"),
        "Paint the morning report, Dutch and English.",
        (_org, _moment),
    ),
    "alerts": (commands.job("alerts"), "Send what subscriptions are due.", (_org, _moment)),
    "export": (commands.export, "Write last week's trends: XLSX and CSV.", (_org, _moment)),
    "backfill": (
        commands.backfill,
        "Judge and report a past morning again, through the DAG.",
        (_org, _option("--day", type=day, required=True, help="the morning (YYYY-MM-DD)")),
    ),
    "status": (
        commands.status,
        "Health of the sources, last runs, what is late.",
        (_org, _moment, _option("--all", action="store_true", help="a line for each source, however many")),
    ),
    "search": (
        _search,
        "Find documents by a boolean question, newest first.",
        (
            _option("question", help="as in 'afvalpas AND (kosten OR duur)'; docs/search.md has it all"),
            _org,
            _moment,
            _option("--since", default="", help="how far back (7d, 24h, 2w), or a day (YYYY-MM-DD)"),
            _option("--until", default="", help="up to when, in the same way; a day is included"),
            _option("--limit", type=whole, default=20, help="how many to show of all (default 20)"),
            _option("--csv", type=Path, help="the CSV file to write; - for the terminal"),
        ),
    ),
    "history": (
        _history,
        "What became of a document: when it changed, in what, and who else carried it.",
        (_option("address", help="of the document, or its id"), _org, _moment),
    ),
    "parse": (
        commands.parse,
        "Read a folder of feed files: a line of JSON for each, with its entries or why there are none.",
        (_option("folder", type=Path), _option("out", type=Path, help="the JSONL file to write")),
    ),
    "rebuild": (
        commands.job("rebuild", commands.rebuild),
        "Make the warehouse anew from landing.",
        (_org, _moment),
    ),
    "verify": (
        _upkeep("verify"),
        "Look whether anything is damaged, lost or there twice; changes nothing.",
        (_org, _moment),
    ),
    "backup": (
        _upkeep("backup"),
        "Write everything that cannot be made again into one archive.",
        (
            _option("target", type=Path, help="the archive to write (.tar.zst), or a folder for it"),
            _org,
            _moment,
            _option("--with-key", action="store_true", help="also the key of the authors' pseudonyms"),
        ),
    ),
    "restore": (
        _upkeep("restore"),
        "Put an archive back, whole or not at all; the erased stay erased.",
        (
            _option("file", type=Path, help="what `kaders backup` wrote"),
            _org,
            _moment,
            _option("--into", type=Path, help="another data folder; who is erased in --data stays so"),
            _option("--replace", action="store_true", help="move what is there aside"),
        ),
    ),
    "erase": (
        _people("erase"),
        "Erase a person, a page or words everywhere and for good; shows what goes and asks.",
        (
            _org,
            _moment,
            _option("--author", action="append", default=[], metavar="NAME", help="as the source writes it"),
            _option("--url", action="append", default=[], metavar="ADDRESS", help="of a page or a post"),
            _option("--text", action="append", default=[], metavar="WORDS", help="that stand side by side"),
            _option("--source", help="the only source whose authors are meant"),
            _option("--why", default="", help="the reason, for the log; without the name"),
            _option("--dry-run", action="store_true", help="only show what would go"),
            _option("--sent-too", action="store_true", help="also out of reports that people have had"),
            _option("--yes", action="store_true", help="do not ask"),
        ),
    ),
    "audit": (
        _people("audit"),
        "The log of erasures, exports, backups and quotes with a name; or add such a quote to it.",
        (
            _org,
            _moment,
            _option("--since", default="", help="how far back (7d, 24h, 2w), or a day (YYYY-MM-DD)"),
            _option("--named-quote", metavar="ADDRESS", help="of the document whose quote you used"),
            _option("--official", metavar="OFFICE", help="whose quote: the office, never the name"),
            _option("--why", default="", help="why the name was needed"),
        ),
    ),
    "housekeeping": (
        commands.job("housekeeping"),
        "Remove what retention says must go.",
        (_org, _moment),
    ),
    "import": (
        commands.import_,
        "Bring in documents from CSV or JSONL as a source.",
        (
            _option("file", type=Path, help="CSV or JSONL: id,title,text,url,published,author,language,kind"),
            _option("--source", default="import", help="the source in sources.yaml they belong to"),
            _org,
            _moment,
        ),
    ),
    "world": (
        commands.make_world,
        "Write a synthetic world: what the sources would have served, day by day.",
        (
            _option("--scenario", type=Path, required=True),
            _option("--sources", type=Path, help="sources.yaml (default: the one beside the scenario)"),
            _option("--seed", type=whole, default=0, help="another seed is another world"),
            _option("--days", type=positive, help="length in days (default: as the scenario says)"),
            _option("--out", type=Path, required=True),
        ),
    ),
    "serve": (
        commands.serve,
        "Serve the demo world on loopback and print its address.",
        (_org, _world, _option("--port", type=whole, default=0, help="default: any free one")),
    ),
    "feeds": (
        commands.feeds,
        "Run the whole job over a folder of feed files, served on loopback.",
        (
            _option("folder", type=Path),
            _option("--data", type=Path, default=Path(os.environ.get("KADERS_DATA", "data"))),
            _moment,
            _option("--airflow", action="store_true", help="as real Airflow DAG runs"),
        ),
    ),
}

if __name__ == "__main__":
    sys.exit(main())
