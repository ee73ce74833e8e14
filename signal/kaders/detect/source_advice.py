"""What a person can do about a source, in Dutch and English: per reason of a failure, and per alarm."""

from __future__ import annotations

from urllib.parse import urlsplit

from kaders.detect.health import Alarm
from kaders.detect.source_words import Both
from kaders.settings import Source

NONE: Both = {"nl": "", "en": ""}
FEEDS = frozenset({"feed", "youtube", "reddit", "sitemap"})
"""The readers of an address that `kaders source add` can find; the others ask a service a question."""
ADVICE: dict[str, Both] = {
    "dns": {"nl": "Controleer het adres in sources.yaml.", "en": "Check the address in sources.yaml."},
    "tls": {
        "nl": "De bron moet haar certificaat herstellen; meld het haar.",
        "en": "The source must mend its certificate; tell them.",
    },
    "refused_address": {
        "nl": "Hoort het bij uw eigen netwerk, zet het dan onder network: allow: in organisation.yaml.",
        "en": "If it is your own network, put it under network: allow: in organisation.yaml.",
    },
    "redirects": {
        "nl": "Open het adres in een browser en zet het adres waar u uitkomt in sources.yaml.",
        "en": "Open the address in a browser and put where you end up in sources.yaml.",
    },
    "http_404": {
        "nl": "Zoek het nieuwe adres: “kaders source add {site}”.",
        "en": "Find the new address: “kaders source add {site}”.",
    },
    "http_410": {
        "nl": "Haal de bron uit sources.yaml of zoek een andere.",
        "en": "Take the source out of sources.yaml or find another.",
    },
    "http_4xx": {
        "nl": "Vraag de bron om toegang; het contactadres staat in onze User-Agent.",
        "en": "Ask the source for access; our contact address is in our User-Agent.",
    },
    "rate_limited": {
        "nl": "Niets doen: we wachten zoals gevraagd. Blijft het, zet dan pause_seconds: in sources.yaml.",
        "en": "Nothing to do: we wait as asked. If it stays, set pause_seconds: in sources.yaml.",
    },
    "robots": {
        "nl": "Vraag de uitgever om toestemming, of zet pages: uit in sources.yaml.",
        "en": "Ask the publisher for permission, or turn pages: off in sources.yaml.",
    },
    "login_wall": {
        "nl": "Zoek een openbaar adres, of maak een afspraak met de uitgever.",
        "en": "Find a public address, or come to an agreement with the publisher.",
    },
    "consent_wall": {
        "nl": "Vraag de uitgever om een feed zonder cookiemelding.",
        "en": "Ask the publisher for a feed without the cookie notice.",
    },
    "html_instead_of_feed": {
        "nl": "Zoek het adres van de feed: “kaders source add {site}”.",
        "en": "Find the address of the feed: “kaders source add {site}”.",
    },
    "paywall": {
        "nl": "Maak een afspraak met de uitgever, of zet pages: uit in sources.yaml.",
        "en": "Come to an agreement with the publisher, or turn pages: off in sources.yaml.",
    },
    "no_secret": {
        "nl": "Zet de sleutel klaar op {secret}, zoals secret: in sources.yaml zegt.",
        "en": "Provide the key at {secret}, as secret: in sources.yaml says.",
    },
    "secret_refused": {
        "nl": "Vraag een nieuwe sleutel aan en zet die op {secret}.",
        "en": "Ask for a new key and put it at {secret}.",
    },
    "closed": {
        "nl": "Volg het onderwerp via een andere server, of haal de bron weg.",
        "en": "Follow the subject through another server, or take the source out.",
    },
    "empty": {
        "nl": "Open het adres in een browser: is het nog de goede lijst?",
        "en": "Open the address in a browser: is it still the right list?",
    },
    "our_fault": {
        "nl": "Meld het wie Kaders onderhoudt, met deze regel en het adres van de bron.",
        "en": "Tell whoever maintains Kaders, with this line and the address of the source.",
    },
    "unreadable": {
        "nl": "Meld het de bron; bewaar een voorbeeld van het antwoord.",
        "en": "Tell the source; keep an example of the reply.",
    },
    "parser_stopped": {
        "nl": "Meld het de bron; de andere bronnen hebben er geen last van.",
        "en": "Tell the source; the other sources are not affected.",
    },
    "too_large": {
        "nl": "Vraag de bron om een kortere feed, of zoek er een per onderwerp.",
        "en": "Ask the source for a shorter feed, or find one per subject.",
    },
    "cut_off": {
        "nl": "Niets doen: de volgende keer halen we de rest.",
        "en": "Nothing to do: the next visit fetches the rest.",
    },
    "full_page": {
        "nl": "Vraag vaker (every_minutes:) of nauwer (query:) in sources.yaml.",
        "en": "Ask more often (every_minutes:) or more narrowly (query:) in sources.yaml.",
    },
    "unreachable": {
        "nl": "Niets doen: we vragen het opnieuw. Blijft het, kijk dan of de site is verhuisd.",
        "en": "Nothing to do: we ask again. If it stays, see whether the site has moved.",
    },
    "timeout": {
        "nl": "Niets doen: we vragen het opnieuw. Blijft het, meld het de bron.",
        "en": "Nothing to do: we ask again. If it stays, tell the source.",
    },
    "http_5xx": {
        "nl": "Niets doen: we vragen het opnieuw. Blijft het, meld het de bron.",
        "en": "Nothing to do: we ask again. If it stays, tell the source.",
    },
    "truncated": {
        "nl": "Niets doen: we vragen het opnieuw. Blijft het, meld het de bron.",
        "en": "Nothing to do: we ask again. If it stays, tell the source.",
    },
    "service_fault": {
        "nl": "Lees wat de dienst zegt; vaak begrijpt zij query: in sources.yaml niet.",
        "en": "Read what the service says; often it does not understand query: in sources.yaml.",
    },
    "partly_unreadable": {
        "nl": "Niets doen voor de andere berichten; meld deze de bron.",
        "en": "Nothing to do for the other entries; tell the source of these.",
    },
    "pages_refused": {
        "nl": "Vraag de uitgever om toestemming, of zet pages: uit in sources.yaml.",
        "en": "Ask the publisher for permission, or turn pages: off in sources.yaml.",
    },
    "memory_lost": {
        "nl": "Niets doen; komt het vaker voor, laat dan de schijf nakijken.",
        "en": "Nothing to do; if it comes again, have the disk looked at.",
    },
    "landing_damaged": {
        "nl": "Zet het bestand uit de reservekopie terug; laat de schijf nakijken.",
        "en": "Put the file back from the backup; have the disk looked at.",
    },
    "too_late": {
        "nl": "Niets doen; komt het vaak voor, zet dan pages: uit in sources.yaml.",
        "en": "Nothing to do; if it happens often, turn pages: off in sources.yaml.",
    },
    "no_past": {
        "nl": "Niets doen: vanaf vandaag komt hij mee.",
        "en": "Nothing to do: from today on it is collected.",
    },
    "never": {
        "nl": "Kijk met “kaders status” of het verzamelen loopt.",
        "en": "See with “kaders status” whether the collecting runs.",
    },
    "silent": {
        "nl": "Kijk met “kaders status” of het verzamelen loopt.",
        "en": "See with “kaders status” whether the collecting runs.",
    },
}
"""Per reason code, of a visit or of a page; {site} and {secret} are those of the source."""

OF_SERVICES = {
    "http_404": {
        "nl": "Verbeter url: of query: in sources.yaml: de dienst kent dit niet.",
        "en": "Correct url: or query: in sources.yaml: the service does not know this.",
    },
    "html_instead_of_feed": {
        "nl": "Kijk of url: in sources.yaml nog het adres van de dienst is. Blijft het, meld het de dienst.",
        "en": "See whether url: in sources.yaml is still the address of the service. If it stays, tell them.",
    },
}
"""The same for a source that is a service with questions, where it differs (FEEDS)."""
OF_READERS = {
    ("json_api", "unreadable"): {
        "nl": "Verbeter het pad onder query: in sources.yaml.",
        "en": "Correct the path under query: in sources.yaml.",
    },
    ("json_api", "partly_unreadable"): {
        "nl": "Verbeter de paden onder query: in sources.yaml, of meld het de bron.",
        "en": "Correct the paths under query: in sources.yaml, or tell the source.",
    },
    ("youtube", "service_fault"): {
        "nl": "Niets doen: dit platform zegt dit soms zomaar. Blijft het, controleer het adres.",
        "en": "Nothing to do: this platform says so at random. If it stays, check the address.",
    },
}
"""The same for one reader, where it differs."""
NO_PLACE = {
    "nl": "Zet bij secret: in sources.yaml waar de sleutel staat.",
    "en": "Say with secret: in sources.yaml where the key is.",
}
"""What to do about a key that is asked for by a source whose entry names none."""
LATER = {
    "nl": "Niets doen: de volgende keer vragen we de rest opnieuw. Blijft het, meld het de bron.",
    "en": "Nothing to do: the next visit asks for the rest again. If it stays, tell the source.",
}
"""What to do when the first page came and a later one did not: the address is right."""
FIRST_PAGE = frozenset(
    {"partly_unreadable", "cut_off", "full_page", "memory_lost", "pages_refused", "landing_damaged"}
)
"""The reasons of a visit that came in part which say something else than that a later page failed."""
SILENT = {
    "nl": "Open de bron in een browser: staat daar nieuws dat wij missen, zoek dan het nieuwe adres.",
    "en": "Open the source in a browser: if it has news that we miss, find its new address.",
}
"""What to do about a source that answers well and brings little or nothing."""
FLOODED = {
    "nl": "Bekijk een paar berichten: is het nog dezelfde bron, en is het nieuws of een archief? Kopieën "
    "herkennen we aan de tekst.",
    "en": "Look at a few entries: is it still the same source, and is it news or an archive? Copies are "
    "recognised by their text.",
}
"""What to do about a source that brings far more: nobody here has looked at the dates."""


def of_failure(source: Source, code: str, outcome: str = "FAILED") -> Both:
    """What to do about a visit that ended so; empty texts for a code that nobody knows."""
    if outcome == "PARTIAL" and code in ADVICE and code not in FIRST_PAGE:
        return LATER
    return _of_reason(source, code)


def of_alarm(source: Source, alarm: Alarm) -> Both:
    """What to do about an alarm; empty texts when there is nothing."""
    if alarm.kind == "flooded":
        return FLOODED
    if alarm.kind in ("fixed", "moved"):
        return NONE
    return _of_reason(source, alarm.reason) if alarm.reason else SILENT


def _of_reason(source: Source, code: str) -> Both:
    if code in ("no_secret", "secret_refused") and not source.secret:
        return NO_PLACE
    own = OF_SERVICES if source.reader not in FEEDS else {}
    said = OF_READERS.get((source.reader, code)) or own.get(code) or ADVICE.get(code, NONE)
    where = urlsplit(source.address)
    filled = {"site": f"{where.scheme}://{where.netloc}/", "secret": source.secret or ""}
    return {language: text.format_map(filled) for language, text in said.items()}
