"""The words of alerts, in Dutch and in English."""

from __future__ import annotations

from typing import Any

DAYS = {
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "nl": ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
           "november", "december"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip

WORDS: dict[str, dict[str, Any]] = {
    "nl": {
        "hello": "Kaders ziet bij {organisation} een verschil tussen wat buiten wordt gezegd en wat wij zeggen.",
        "synthetic": "Dit is een verzonnen organisatie met verzonnen berichten.",
        "one": "signaal",
        "many": "{n} signalen",
        "levels": {
            "watch": "Om te volgen",
            "signal": "Signaal",
            "elevated": "Verhoogd signaal",
            "high": "Hoog signaal",
        },
        "kinds": {
            "absent": "het onderwerp groeit en onze boodschap wordt er niet in gehoord",
            "contested": "onze boodschap wordt gehoord en tegengesproken",
            "reframed": "het gesprek gaat over iets anders dan onze boodschap",
            "unframed": "het onderwerp groeit en wij hebben er niets over gezegd",
        },
        "actions": {
            "inform": "informeren",
            "explain": "uitleggen",
            "answer": "antwoorden",
            "ask_policy": "beleid vragen wat wij hierover zeggen",
        },
        "owner": "Eigenaar",
        "action": "Voorstel",
        "answer_by": "Antwoord vóór",
        "certainty": "Zekerheid",
        "certainty_level": {"high": "hoog", "medium": "gemiddeld", "low": "laag"},
        "everything": "alle onderwerpen",
        "why": "U krijgt dit omdat u volgt: {followed}.",
        "pause": "Geen berichten meer? Zet `paused: true` bij `id: {id}` in subscriptions.yaml.",
    },
    "en": {
        "hello": "For {organisation}, Kaders sees a gap between what is said outside and what we say.",
        "synthetic": "This is a fictional organisation with made-up items.",
        "one": "signal",
        "many": "{n} signals",
        "levels": {
            "watch": "To watch",
            "signal": "Signal",
            "elevated": "Elevated signal",
            "high": "High signal",
        },
        "kinds": {
            "absent": "the topic grows and our message is not heard in it",
            "contested": "our message is heard and opposed",
            "reframed": "the talk is about something other than our message",
            "unframed": "the topic grows and we have said nothing about it",
        },
        "actions": {
            "inform": "inform",
            "explain": "explain",
            "answer": "answer",
            "ask_policy": "ask policy what we say about this",
        },
        "owner": "Owner",
        "action": "Proposal",
        "answer_by": "Answer by",
        "certainty": "Certainty",
        "certainty_level": {"high": "high", "medium": "medium", "low": "low"},
        "everything": "all topics",
        "why": "You get this because you follow: {followed}.",
        "pause": "No more messages? Set `paused: true` at `id: {id}` in subscriptions.yaml.",
    },
}
