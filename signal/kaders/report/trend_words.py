"""The words of the weekly export: titles, columns and what each of them means."""

from __future__ import annotations

TITLES = {
    "read_this": "Lees dit - Read this",
    "attention": "Aandacht - Attention",
    "divergence": "Afstand - Divergence",
    "signals": "Signalen - Signals",
    "sources": "Bronnen - Sources",
}
COLUMNS = {
    "sheet": "Blad / Sheet",
    "column": "Kolom / Column",
    "nl": "Nederlands",
    "en": "English",
    "family": "Soort / Kind",
    "id": "Id",
    "items": "Deze week / This week",
    "items_before": "Vorige week / Previous week",
    "change": "Verschil / Change",
    "share": "Aandeel / Share",
    "share_before": "Aandeel vorige week / Share previous week",
    "analysed": "Dag / Day",
    "divergence": "Afstand (bits) / Divergence (bits)",
    "low": "Laag / Low",
    "high": "Hoog / High",
    "tolerance": "Tolerantie / Tolerance",
    "beyond": "Voorbij tolerantie / Beyond tolerance",
    "gap": "Kloof zonder groei / Standing gap",
    "status": "Status",
    "days": "Dagen gemeten / Days measured",
    "signal": "Signaal / Signal",
    "kind": "Soort / Kind",
    "level": "Niveau / Level",
    "owner": "Eigenaar / Owner",
    "first_day": "Sinds / Since",
    "name": "Naam / Name",
    "days_ok": "Dagen OK / Days OK",
    "days_partial": "Dagen deels / Days partial",
    "days_failed": "Dagen mislukt / Days failed",
    "days_none": "Dagen niet verwacht / Days not expected",
    "covered": "Dekking / Coverage",
}
OUTCOMES = ("OK", "PARTIAL", "FAILED", "NOT EXPECTED")
YES, NO = "ja / yes", "nee / no"
NO_DATA = "Geen gegevens in deze week / No data in this week"
SYNTHETIC = {
    "nl": "Let op: dit is een verzonnen organisatie met verzonnen berichten.",
    "en": "Mind: this is a fictional organisation with made-up items.",
}
KINDS = {
    "total": "totaal / total",
    "area": "beleidsterrein / policy area",
    "topic": "onderwerp / topic",
    "absent": "afwezig / absent",
    "contested": "tegengesproken / contested",
    "reframed": "anders geframed / reframed",
    "unframed": "zonder frame / unframed",
}
LEVELS = {
    "watch": "let op / watch",
    "signal": "signaal / signal",
    "elevated": "verhoogd / elevated",
    "high": "hoog / high",
}
STATUS = {
    "signal": "signaal / signal",
    "watch": "let op / watch",
    "standing_gap": "kloof zonder groei / standing gap",
    "normal": "gewoon / normal",
    "not_tested": "niet getoetst / not tested",
}
NOTES = {
    "attention": {
        "nl": "Waarover anderen deze week schreven; eigen kanalen tellen niet mee.",
        "en": "What others wrote about this week; our own channels are left out.",
    },
    "items": {
        "nl": "Bewaarde berichten van maandag tot en met zondag; kopieën bij één uitgever tellen één keer. "
        "Leeg: in die week is niets ontvangen.",
        "en": "Items kept from Monday to Sunday; copies at one publisher count once. Blank: nothing was "
        "received in that week.",
    },
    "items_before": {
        "nl": "Hetzelfde voor de week ervoor.",
        "en": "The same for the week before.",
    },
    "change": {
        "nl": "Deze week min vorige week, in berichten.",
        "en": "This week minus the previous one, in items.",
    },
    "share": {
        "nl": "Deel van alle berichten van de week. Een bericht heeft hooguit één beleidsterrein, het "
        "sterkste, en elk onderwerp dat het raakt: aandelen van onderwerpen tellen niet op tot 100%.",
        "en": "Part of all items of the week. An item has at most one policy area, the strongest, and every "
        "topic that it touches: shares of topics do not add up to 100%.",
    },
    "divergence": {
        "nl": "Hoe ver het gesprek buiten van onze boodschap staat, per onderwerp. Een groot verschil is "
        "geen fout: na een crisis is het gewoon.",
        "en": "How far the talk outside stands from our message, per topic. A large gap is no failure: after "
        "a crisis it is normal.",
    },
    "divergence.divergence": {
        "nl": "Jensen-Shannon-afstand in bits: 0 is gelijk, 1 is niets gemeen. Over de zeven dagen tot en "
        "met de genoemde dag.",
        "en": "Jensen-Shannon divergence in bits: 0 is equal, 1 is nothing in common. Over the seven days up "
        "to and including the day named.",
    },
    "low": {
        "nl": "Ondergrens van het interval: zo klein kan de afstand door toeval zijn.",
        "en": "Lower end of the interval: chance may make the divergence this small.",
    },
    "high": {
        "nl": "Bovengrens van het interval.",
        "en": "Upper end of the interval.",
    },
    "tolerance": {
        "nl": "De afstand die de organisatie voor dit onderwerp aanvaardt.",
        "en": "The divergence that the organisation accepts for this topic.",
    },
    "beyond": {
        "nl": "Of zelfs de ondergrens voorbij de tolerantie ligt.",
        "en": "Whether even the lower end is beyond the tolerance.",
    },
    "gap": {
        "nl": "Een verschil dat er staat zonder dat het onderwerp groeit: hier te bespreken, geen alarm.",
        "en": "A gap that stands while the topic does not grow: to discuss here, not an alert.",
    },
    "days": {
        "nl": "Dagen van de week waarvoor een afstand gemeten kon worden.",
        "en": "Days of the week for which a divergence could be measured.",
    },
    "signals": {
        "nl": "De signalen die op een dag van deze week stonden, één regel per dag en signaal.",
        "en": "The signals that stood on a day of this week, one line per day and signal.",
    },
    "first_day": {
        "nl": "De eerste dag van deze reeks.",
        "en": "The first day of this run of days.",
    },
    "sources": {
        "nl": "Of we elke bron deze week hebben gehoord. Een bron die zwijgt is geen rust.",
        "en": "Whether we heard each source this week. A silent source is not calm.",
    },
    "days_failed": {
        "nl": "Dagen waarop het laatste bezoek mislukte.",
        "en": "Days on which the last visit failed.",
    },
    "covered": {
        "nl": "Dagen OK van de zeven.",
        "en": "Days OK out of seven.",
    },
    "family": {
        "nl": "Totaal, een thema van de TOP-lijst, of een onderwerp van de organisatie zelf.",
        "en": "The total, a theme of the TOP-lijst, or a topic of the organisation's own.",
    },
    "share_before": {
        "nl": "Hetzelfde voor de week ervoor.",
        "en": "The same for the week before.",
    },
    "analysed": {
        "nl": "De laatste dag waarover geoordeeld is; het oordeel viel de ochtend erna.",
        "en": "The last day that was judged; the judgement fell the morning after.",
    },
    "status": {
        "nl": "Hoe het onderwerp er die dag voor stond.",
        "en": "How the topic stood on that day.",
    },
    "signal": {
        "nl": "De naam van het signaal: eerste dag en onderwerp.",
        "en": "The name of the signal: first day and topic.",
    },
    "kind": {
        "nl": "Afwezig: onze boodschap ontbreekt. Tegengesproken: zij wordt bestreden. Anders geframed: het "
        "gesprek gaat over iets anders. Zonder frame: hiervoor hebben wij nog geen boodschap.",
        "en": "Absent: our message is missing. Contested: it is opposed. Reframed: the talk is about "
        "something else. Unframed: we have no message on it yet.",
    },
    "level": {
        "nl": "Hoe dringend: signaal, verhoogd of hoog.",
        "en": "How urgent: signal, elevated or high.",
    },
    "owner": {
        "nl": "De rol die handelt.",
        "en": "The role that acts.",
    },
    "days_ok": {
        "nl": "Dagen waarop het laatste bezoek lukte.",
        "en": "Days on which the last visit succeeded.",
    },
    "days_partial": {
        "nl": "Dagen waarop het laatste bezoek maar een deel opleverde.",
        "en": "Days on which the last visit brought only a part.",
    },
    "days_none": {
        "nl": "Dagen waarop van de bron niets verwacht werd.",
        "en": "Days on which nothing was expected of the source.",
    },
}
