"""Runs a plan with progress bars and prints the short summary: sources, items, signals, what to open."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from rich.console import Console
from rich.markup import escape

from kaders.jobs import run
from kaders.jobs.run import Plan, Progress
from kaders.settings import Settings

Bars = Callable[[], AbstractContextManager[Progress]]


def present(settings: Settings, plan: Plan, args: argparse.Namespace, bars: Bars, *, world: str = "") -> int:
    """Runs the plan; 0 when all went well, 1 when something failed, which is then named."""
    with bars() as progress:
        summaries = run.history(settings, plan, progress)
        if args.airflow:
            failed = run.mornings_through_airflow(settings, plan, progress, world=world)
        else:
            summaries += run.mornings(settings, plan, progress)
            failed = []
    failures = failed + [f for s in summaries if s.job != "collect" for f in s.failures]
    day = plan.full[-1].astimezone(settings.organisation.zone).date()
    payload = run.result(settings, day)
    if payload and payload["sources"] and all(s["state"] == "FAILED" for s in payload["sources"]):
        failures.append("no source answered; is there a network?")
    console = Console(highlight=False, soft_wrap=True)
    _print(console, settings, payload)
    for failure in failures:
        console.print(f"[red]failed[/]  {escape(failure)}")
    return 1 if failures or payload is None else 0


def _print(console: Console, settings: Settings, payload: dict[str, Any] | None) -> None:
    name = settings.organisation.name.in_("en")
    if payload is None:
        console.print(f"{escape(name)}: there is no judgement of this morning.")
        return
    sizes, coverage = run.sizes(settings), payload["coverage"]
    note = " [dim](synthetic demo world)[/]" if settings.organisation.synthetic else ""
    console.print(f"\n[bold]{escape(name)}[/], morning of {payload['day']}{note}")
    console.print(f"sources    {coverage['sources_complete']} of {coverage['sources_total']} complete")
    console.print(f"items      {sizes['items']}")
    day, stories = coverage["documents_day"], coverage["stories_day"]
    console.print(f"documents  {sizes['documents']}, of which yesterday {day} in {stories} stories")
    console.print(f"signals    {len(payload['signals'])}, watched {len(payload['watch'])}")
    for signal in payload["signals"]:
        console.print(f"           {signal['level']:<8} {signal['kind']:<9} {escape(signal['name']['en'])}")
    _print_sources(console, payload["sources"])
    folder = settings.places.reports / payload["day"]
    console.print(f"open       {folder / 'report.nl.html'}\n           {folder / 'report.en.html'}")


def _print_sources(console: Console, sources: list[dict[str, Any]]) -> None:
    """The sources that failed or came in part, and how many cannot show the past.

    When none answered at all, that is said once, elsewhere.
    """
    failed = [source for source in sources if source["state"] == "FAILED"]
    if len(failed) < len(sources):
        for source in failed:
            console.print(f"[yellow]no word[/]    {escape(source['name'])}: {escape(source['reason']['en'])}")
    for source in sources:
        if source["state"] == "PARTIAL":
            console.print(f"[yellow]in part[/]    {escape(source['name'])}: {escape(source['reason']['en'])}")
    if silent := sum(source["state"] == "NOT EXPECTED" for source in sources):
        note = "show the present only; judged is what was collected by then"
        console.print(f"[yellow]no past[/]    {silent} sources {note}")
