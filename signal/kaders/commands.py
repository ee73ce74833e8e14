"""What each command does: it reads the arguments, calls a job and says in a line what came of it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from itertools import count

from kaders.errors import Busy, ConfigurationError, KadersError
from kaders.load import load as load_settings
from kaders.load import remarks_on, root
from kaders.model import Summary
from kaders.settings import Settings

LOOPBACK = "http://127.0.0.1"
"""Where a demo world would be served: its addresses are looked at in form only."""


def now() -> datetime:
    """The clock, read at the edge and nowhere else."""
    return datetime.now(UTC)


def _settings(args: argparse.Namespace, *, world: str | None = None) -> Settings:
    return load_settings(args.org, data=args.data, world=world or os.environ.get("KADERS_WORLD", ""))


def moment_of(args: argparse.Namespace, settings: Settings) -> datetime:
    """The moment that --moment or --day asks for; now when neither is given."""
    from kaders.jobs.run import morning_of

    if args.moment is not None:
        if args.moment.tzinfo is None:
            raise ConfigurationError(
                f"--moment {args.moment.isoformat()} has no zone. Add one, as in +01:00 or Z"
            )
        return datetime.fromisoformat(args.moment.isoformat())
    return morning_of(args.day, settings) if args.day else now()


def say(summary: Summary) -> int:
    """One line about a job, its failures below it; the exit code."""
    counts = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in summary.counts.items())
    print(f"{summary.job}: {counts or 'nothing to do'}")
    for failure in summary.failures:
        print(f"  failed: {failure}", file=sys.stderr)
    for output in summary.outputs[:4]:
        print(f"  {output}")
    return 1 if summary.failures else 0


Job = Callable[[Settings, datetime], Summary]


def job(name: str, run: Job | None = None) -> Callable[[argparse.Namespace], int]:
    """A command that runs one job of one organisation at one moment, alone.

    name: the module in kaders.jobs and its function; it is loaded when it runs, so that `--help` is quick.
    run: what to call instead, for a job that takes more than settings and moment.
    """

    def do(args: argparse.Namespace) -> int:
        from kaders.store.lock import run_lock

        settings = _settings(args)
        work: Job = run or getattr(import_module(f"kaders.jobs.{name}"), name)
        with run_lock(settings.places):
            return say(work(settings, moment_of(args, settings)))

    return do


def collect(args: argparse.Namespace) -> int:
    """The sources as they are now, or as they stood at a moment of which they keep the past."""
    from kaders.jobs.collect import collect

    def work(settings: Settings, moment: datetime) -> Summary:
        if settings.organisation.world and not os.environ.get("KADERS_WORLD"):
            raise ConfigurationError(
                f"nobody serves the demo world of {settings.organisation.id}: `kaders run` does, "
                "or put the address that `kaders serve` prints in KADERS_WORLD. For your own sources name "
                "your folder: `kaders collect organisations/mine`"
            )
        return collect(settings, moment, now=now(), due=args.due)

    return job("collect", work)(args)


def tag(args: argparse.Namespace) -> int:
    """All that has landed, or some partitions of it."""

    def work(settings: Settings, moment: datetime) -> Summary:
        from kaders.jobs.tag import tag

        return tag(settings, moment, only=args.partition)

    return job("tag", work)(args)


def export(args: argparse.Namespace) -> int:
    """The trends of the week before a moment; the audit log says when it was really done."""

    def work(settings: Settings, moment: datetime) -> Summary:
        from kaders.jobs.export import export

        return export(settings, moment, now=now())

    return job("export", work)(args)


def parse(args: argparse.Namespace) -> int:
    from kaders.jobs.parse import parse

    total, done = sum(path.is_file() for path in args.folder.rglob("*")), count(1)
    with progress_bars() as progress:
        return say(parse(args.folder, args.out, now(), tell=lambda _: progress("parse", next(done), total)))


def rebuild(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.rebuild import rebuild

    with progress_bars() as progress:
        return rebuild(settings, moment, lambda done, of: progress("rebuild", done, of))


def init(args: argparse.Namespace) -> int:
    from kaders.jobs.init import init

    for path in init(args.target, pack=args.pack, packs=root() / "data" / "reference" / "starter_packs"):
        print(path)
    print(f"Now fill in the YAML, then: make check ORG={args.target}")
    return 0


def check(args: argparse.Namespace) -> int:
    """What is wrong fails; what only wants a person's eye is a remark, and the check passes."""
    settings = _settings(args, world=LOOPBACK)
    remarks = [f"remark: {remark}" for remark in remarks_on(args.org, world=LOOPBACK)]
    print("\n".join([*remarks, ""]), end="")
    if settings.places.storage.rooms():
        from kaders.store.cloud import problems

        if found := problems(settings.places):
            raise KadersError("\n".join(found))
    print(
        f"{args.org}: {len(settings.sources)} sources, {len(settings.topics)} topics, "
        f"{len(settings.frames)} stated frames, {len(settings.subscriptions)} subscriptions; no problems"
        + (f"; {len(remarks)} to look at" if remarks else "")
    )
    return 0


def status(args: argparse.Namespace) -> int:
    from kaders.jobs.status import status

    settings = _settings(args)
    print("\n".join(status(settings, moment_of(args, settings), every=args.all)))
    return 0


def import_(args: argparse.Namespace) -> int:
    from kaders.jobs.imports import import_file
    from kaders.store.lock import run_lock

    settings = _settings(args)
    with run_lock(settings.places):
        return say(import_file(settings, args.file, moment_of(args, settings), source=args.source))


def make_world(args: argparse.Namespace) -> int:
    from kaders.world import generate

    print(generate(args.scenario, args.seed or 0, args.days, args.out, sources=args.sources))
    return 0


def serve(args: argparse.Namespace) -> int:
    """The demo's sources, mail server and webhook until Ctrl-C; prints the variables that lead to them.

    The bare address of the sources comes last: who reads it has read all.
    """
    import threading

    from kaders.jobs import demo
    from kaders.world import serve

    settings = _settings(args)
    asked = demo.world_of(settings, scenario=args.scenario, seed=args.seed or 0, days=args.days)
    given = (args.scenario, args.seed, args.days) != (None, None, None)
    folder = None if given else demo.in_use(settings)
    with serve(folder or demo.prepare(asked, settings), port=args.port) as url, _receivers(settings) as names:
        told = [f"KADERS_WORLD={url}", *(f"{name}={os.environ[name]}" for name in names), url]
        print("\n".join(told), flush=True)
        threading.Event().wait()
    return 0


def run(args: argparse.Namespace) -> int:
    """The main job: over the demo world of an organisation that has one, else over its real sources."""
    from kaders.store.lock import run_lock

    settings = _settings(args)
    with run_lock(settings.places):
        if settings.organisation.world is not None or args.scenario is not None:
            return _run_demo(args, settings)
        return _run_real(args, settings)


def _run_real(args: argparse.Namespace, settings: Settings) -> int:
    from kaders.jobs.run import Plan
    from kaders.present import present

    if args.seed is not None or args.days is not None:
        raise ConfigurationError(f"{args.org} has no demo world: leave --seed and --days out")
    return present(settings, Plan((), (_visit(args, settings),), now()), args, progress_bars)


def _visit(args: argparse.Namespace, settings: Settings) -> datetime:
    """The moment at which sources are visited and judged: a morning, but today no earlier than now.

    Real sources show the present only, so what they say at noon cannot be judged as of 06:30.
    """
    moment, clock = moment_of(args, settings), now()
    if args.day is None:
        return moment
    today = clock.astimezone(settings.organisation.zone).date()
    if args.day > today:
        raise ConfigurationError(f"--day {args.day} is still to come; today is {today}")
    return max(moment, clock) if args.day == today else moment


def _run_demo(args: argparse.Namespace, settings: Settings) -> int:
    from kaders.jobs import demo
    from kaders.jobs.run import Plan
    from kaders.present import present

    if args.moment is not None:
        raise ConfigurationError("a demo world has mornings only: use --day, or leave --moment out")
    asked = demo.world_of(settings, scenario=args.scenario, seed=args.seed or 0, days=args.days)
    moments = demo.moments(asked, settings, last=args.day)
    not_beside_airflow(settings)
    with ExitStack() as stack:
        with progress_bars() as progress:
            progress("world", 0, 1)
            folder = demo.prepare(asked, settings)
            progress("world", 1, 1)
        url = stack.enter_context(demo.served(folder))
        stack.enter_context(_receivers(settings))
        settings = _settings(args, world=url)
        plan = Plan(moments[: -args.mornings], moments[-args.mornings :], now())
        return present(settings, plan, args, progress_bars, world=url)


def not_beside_airflow(settings: Settings) -> None:
    """Busy when a scheduler collects for the same demo: two worlds, or two clocks, must not mix."""
    from kaders.processes import started

    pid = started(settings.places.data / "airflow" / "standalone.pid", "KADERS_ORG", settings.places.folder)
    if pid:
        raise Busy(
            f"Airflow (pid {pid}) is collecting for {settings.organisation.id}; "
            "`make stop` first, for two worlds must not mix"
        )


def backfill(args: argparse.Namespace) -> int:
    """A past morning again, as its own DAG run, from what is in the landing files."""
    from kaders.jobs.run import backfill, morning_of
    from kaders.store.lock import run_lock

    settings = _settings(args)
    today = now().astimezone(settings.organisation.zone).date()
    if args.day > today:
        raise ConfigurationError(f"--day {args.day} is still to come; today is {today}")
    with run_lock(settings.places):
        failures, outputs = backfill(settings, morning_of(args.day, settings), now())
    for failure in failures:
        print(f"failed: {failure}", file=sys.stderr)
    for output in outputs:
        print(output)
    return 1 if failures else 0


@contextmanager
def _receivers(settings: Settings) -> Iterator[list[str]]:
    """The demo's own mail server and webhook, real ones on loopback, unless the environment names others.

    Gives the names of the variables that now hold their addresses.
    """
    from kaders.deliver.demo_mail import demo_mail
    from kaders.deliver.demo_webhook import demo_webhook

    out, mail = settings.places.of("out"), settings.organisation.mail
    makers = {mail.server_env: partial(demo_mail, out / "mailbox")} if mail else {}
    makers |= {"KADERS_WEBHOOK": partial(demo_webhook, out / "webhook")}
    with ExitStack() as stack:
        missing = [name for name in makers if name not in os.environ]
        for name in missing:
            os.environ[name] = stack.enter_context(makers[name]())
        yield missing


def feeds(args: argparse.Namespace) -> int:
    from kaders.jobs import feeds
    from kaders.jobs.run import Plan
    from kaders.present import present
    from kaders.store.lock import run_lock

    args.org = feeds.organisation(args.folder, args.data / "feeds-organisation")
    with feeds.served(args.folder) as url:
        settings = _settings(args, world=url)
        with run_lock(settings.places):
            return present(
                settings, Plan((), (_visit(args, settings),), now()), args, progress_bars, world=url
            )


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """A bar per long part; plain lines when nobody is watching."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars: dict[str, object] = {}
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:

        def tell(step: str, done: int, of: int) -> None:
            if step not in bars:
                bars[step] = progress.add_task(step, total=of)
            progress.update(bars[step], completed=done, total=of)  # type: ignore[arg-type]

        yield tell
