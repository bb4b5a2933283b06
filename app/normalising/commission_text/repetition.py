"""Whether a sale goes on paying, and for how many months."""

from __future__ import annotations

import re

_LONGEST = 120  # months; what is longer is no promise but a life


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9, "ten": 10, "twelve": 12, "eighteen": 18,
    "twenty-four": 24, "thirty-six": 36, "a": 1, "an": 1, "ein": 1, "einem": 1, "einen": 1, "zwei": 2, "drei": 3,
    "sechs": 6, "zwölf": 12, "un": 1, "deux": 2, "trois": 3, "douze": 12, "dos": 2, "tres": 3, "seis": 6, "doce": 12,
    "due": 2, "tre": 3, "sei": 6, "dodici": 12, "um": 1, "dois": 2, "três": 3, "doze": 12, "een": 1, "twee": 2,
    "drie": 3, "zes": 6, "twaalf": 12, "ett": 1, "et": 1,
}  # fmt: skip
_COUNT = r"\d{1,3}|" + "|".join(sorted((re.escape(word.strip()) for word in _NUMBERS), key=len, reverse=True))
_YEARS = r"years?|yrs?|jahre?n?|ans?|années?|años?|anni|anno|anos?|jaar|år|lat|rok[iu]?|let"
_MONTHS = (
    r"months?|mos?|mths?|monate?n?|mois|mes(?:es)?|mes[ie]|mês|maanden|maand|månader|måneder|miesięcy|miesiące|měsíců|"
    r"mesiacov|месяц\w*"
)
_DURATION = re.compile(rf"(?<![\w.,])(?P<n>{_COUNT})(?:[\s-]*\+)?[\s-]*(?P<unit>{_YEARS}|{_MONTHS})\b", re.IGNORECASE)
# "the first year", "year one", "im ersten Jahr": twelve months without a figure
_FIRST_YEAR = _any(
    rf"\b(?:first|1st|initial|ersten?s?|première?|primer|primo|primeiro|eerste|första|første|"
    rf"pierwszy\w*)(?:['’]s)?[ -](?:{_YEARS})(?:['’]s)?\b(?!['’]?\w)",
    r"\byear (?:one|1)\b", r"\bjahr 1\b", r"\ban(?:née)? 1\b", r"\baño 1\b",
)  # fmt: skip
_CONTRACT_VALUE = _any(
    r"\b(?:acv|tcv|contract value|contract|annual plan|yearly plan|annual subscription|deal size|license|licence)\b"
)

# A duration that is the customer's, the cookie's or the calendar's. Right before it, and right behind it:
_NOT_BEFORE = _any(
    r"\b(?:within|after|at least|longer than|more than|minimum(?: of)?|min\.?|past|last|since|every|cookies?|"
    r"tracking|window|attribution|"
    r"locking|hold(?:ing)?|valid(?:ity)?(?: for)?|free for|pause for|less than|stays?(?: for)?|contract of|binnen|"
    r"innerhalb|nach|"
    r"après|cookie de|cookie di|cookie von|cookie-laufzeit|laufzeit|durée de vie|refund|guarantee|warranty|"
    r"trial(?: of| for)?|over the last)"
    r"(?: (?:the|a|an|for|of|is|up to|lasts?|period|duration|life|lifetime|their|first|durch|von|de|:))*\W*$",
)
_NOT_AFTER = re.compile(
    r"^[\s-]*(?:\w+\s)?(?:cookies?|tracking|attribution|windows?|plans?|old|holding|hold|free|trials?|contracts?|"
    r"guarantees?|warranty|experience|"
    r"ago|history|lock\w*|validation|referral window|payout|minimum|cookie-?\w*|laufzeit|probe\w*|gratis|"
    r"offert|return|money|and older|"
    r"licen[sc]es?|memberships?|in a row|straight)\b",
    re.IGNORECASE,
)
_LIFETIME = _any(
    r"\blife-?\s?time\b(?!['’]?s?[- ](?:cookies?|tracking|attribution|deals?|licen[sc]es?|access|warranty|guarantee|"
    r"value|plans?|support|updates|"
    r"membership|ltd|earnings of|cookie))", r"\bfor (?:the )?life\b", r"\blife-?long\b", r"\bforever\b",
    r"\bperpetual", r"\b(?:for )?as long as (?:the|they|your|a|he|she|it|"
    r"customers?|that|you)\b(?!.{0,20}\bcookie)", r"\bà vie\b", r"\bde por vida\b", r"\bpara siempre\b", r"\ba "
    r"vita\b", r"vitalíci", r"lebenslang", r"levenslang",
    r"livstid", r"dożywotni", r"dauerhaft", r"пожизнен", r"ömür boyu", r"\bno time limit\b", r"\bindefinite",
    r"\bunlimited (?:time|duration)", r"\bin perpetuity\b",
    r"\bwithout (?:a )?time limit", r"\btant que\b", r"\bsolange\b", r"\bmientras\b", r"\bzolang\b",
)  # fmt: skip
_REPEATED = _any(
    r"(?<!non-)(?<!non )(?<!no )(?<!not )\brecurring\b(?! (?:revenue|billing|plans?|subscriptions?|income stream|"
    r"customers?))", r"\bre-?occurring\b",
    r"\brecurrent\b", r"\bresidual", r"wiederkehrend", r"(?<!clients )(?<!client )\bré?currente?s?\b",
    r"(?<!clientes )(?<!cliente )\brecurrentes?\b", r"(?<!clienti )(?<!cliente )ricorrent",
    r"(?<!clientes )(?<!cliente )recorrente", r"terugkerend", r"återkommande",
    r"tilbagevendende", r"cykliczn", r"powtarzal", r"регулярн", r"\brebills?\b", r"\brenewals?\b", r"\bevery "
    r"(?:single )?(?:month|payment|renewal|invoice|bill|billing cycle|time (?:they|your|the|a|he|she|someone))",
    r"\beach (?:month|payment|renewal|billing cycle)", r"\b(?:all|any) (?:\w+ ){0,2}(?:future |subsequent |"
    r"subscription )?(?:payments|renewals|invoices)\b",
    r"\bongoing\b", r"\bcontinu(?:ous|ing) (?:commission|revenue|income)", r"\bmonth after month\b", r"\byear after "
    r"year\b", r"\bevery year\b", r"\bmonthly (?:recurring )?commissions?\b",
    r"\bpassive (?:monthly )?income every\b", r"\brecurring revenue share\b", r"\b(?:alle|"
    r"jede[rn]?) (?:\w+ )?(?:zahlung|folgezahlung|verlängerung)", r"\bjeden monat\b",
    r"\bmonatlich\w*\b(?= (?:provision|vergütung))", r"\bchaque (?:mois|paiement|renouvellement)\b", r"\bcada "
    r"(?:mes|pago|renovación)\b", r"\bogni (?:mese|rinnovo|pagamento)\b",
    r"\bcada (?:mês|pagamento|renovação)\b", r"\b(?:following years?|subsequent years?|années suivantes|"
    r"folgejahre\w*|jeden weiteren)\b",
    r"%[^\S\n]*(?:commission\s*|share\s*|revenue share\s*)?(?:monthly(?! (?:turnover|revenue|sales|volume|subscri|"
    r"plans?|fees?|spend))|per month|a month|/\s?mo(?:nth)?\b|pro monat|monatlich|par mois|al mes|mensual\w*|"
    r"mensuel\w*|per maand|por mês)\b",
    r"\bfirst (?:\d+|two|three|four|five|six|twelve) (?:payments|invoices|renewals|bills|billing cycles)\b",
)  # fmt: skip
PER_MONTH = _any(
    r"(?:/|\bper\b|\ba\b|\beach\b|\bevery\b|\bpro\b|\bpar\b|\bal\b|\bpor\b)\s?(?:mo|month|monat|mois|mes|mese|mês|"
    r"maand)\b", r"\bmonthly\b", r"\bmonatlich\b",
    r"\bmensual\w*", r"\bmensuel\w*",
)  # fmt: skip
# How much is sold in a month decides on a rate, and not on how long it is paid: "(6-10 sales/mo)", "monthly volume".
VOLUME = _any(
    r"\b(?:sales?|orders?|leads?|referrals?|sign-?ups?|customers?|clients?|conversions?|deals?|verkäufe|ventes|ventas|"
    r"vendite|vendas)\s?(?:/|per|an?|each|pro|par|al|por)\s?(?:mo|month|monat|mois|mes|mese|mês|maand)\b\.?",
    r"\b(?:monthly|monatlich\w*) (?:sales|volumes?|turnover|revenue|performance|orders?|conversions?|umsatz\w*|"
    r"plans?|subscriptions?|packages?|memberships?)\b",
)
_ONCE = _any(
    r"\b(?:no|nothing|not|none|without) (?:\w+ ){0,2}(?:renewals?|rebills?|recurring)\b",
    r"\bone-?\s?(?:time|off)\b", r"\bnon-?\s?recurring\b", r"\bno recurring\b", r"\bnot recurring\b", r"\bonce\b(?! "
    r"(?:you|they|the|your|a|an|he|it|we|approved|per day))",
    r"\bsingle (?:payment|payout|commission)\b", r"\beinmalig", r"\b(?:paiement|versement|commission) unique\b",
    r"\b(?:pago|comisión) únic[oa]\b", r"\buna tantum\b",
    r"\beenmalig", r"\bengångs", r"\bengangs", r"jednorazow", r"jednorázov", r"разов", r"\bpagamento único\b",
)  # fmt: skip
_FIRST_ONLY = _any(
    r"\b(?:first|1st|initial)(?:['’]s)? (?:ever )?(?:month|payment|purchase|order|invoice|sale|deposit|bill|billing|"
    r"transaction|subscription|booking|charge)(?:['’]s)?\b",
    r"\berste[nrs]? (?:zahlung|monat\w*|bestellung|rechnung|kauf\w*|einkauf\w*|buchung)\b", r"\bprem(?:ier|"
    r"ière) (?:paiement|mois|achat|commande|facture|vente|versement)\b",
    r"\bprimer(?:a)? (?:pago|mes|compra|factura|pedido|venta)\b", r"\bprim[oa] (?:mese|ordine|pagamento|acquisto|"
    r"vendita|fattura)\b",
    r"\bprimeir[oa] (?:compra|pagamento|mês|pedido|venda|fatura)\b", r"\beerste (?:maand|betaling|bestelling|"
    r"aankoop|factuur)\b",
    r"\bförsta (?:köpet|betalningen|ordern|månaden)\b", r"\bførste (?:køb|kjøp|betaling|ordre|måned)\b",
    r"\bpierwsz\w+ (?:płatnoś\w+|zakup\w*|miesiąc\w*|zamówieni\w*)\b",
)  # fmt: skip
_THEREAFTER = _any(
    r"\b(?:then|thereafter|next|second|2nd|year (?:2|two)|zweite\w*|deuxième|segundo|secondo|after(?:wards?| that)?|"
    r"following|subsequent|suivantes|puis|danach|anschließend|después|"
    r"luego|poi|dopo|depois|daarna)\b"
)


# When commissions are paid out tells nothing of what they are paid for.
_SCHEDULE = _any(
    r"\b(?:payouts?|payments?|paid(?: out)?|pay(?:s|ing)?(?: out)?|auszahlung\w*|ausgezahlt|paiements?|pagos?|"
    r"uitbetaald|uitbetaling\w*|pagament\w*|withdrawals?|invoices?)\b"
    r"(?: (?:are|is|will be|being|made|sent|processed|issued|out|automatically|directly|each and|via \w+|on time|"
    r"erfolgen|erfolgt|wird|werden))* "
    r"(?:monthly|every month|each month|weekly|monatlich|jeden monat|chaque mois|mensuel\w*|cada mes|mensual\w*|"
    r"maandelijks|mensil\w*)",
    r"\bmonthly (?:payouts?|payments?|pay|paypal)\b", r"\b(?:of|in|on) (?:each|every|the|the following|"
    r"the next) (?!first|1st|initial)(?:\w+ )?month\b",
    r"\b(?:day|week|start|end|beginning|\d{1,2}(?:st|nd|rd|th)) of (?:each|every|the) (?:\w+ )?month\b",
    r"\bmonatliche auszahlung\w*", r"\bpaiements? mensuels?",
)  # fmt: skip


def repetition(zone: str, rates: int, per_month: bool) -> tuple[bool | None, int | None]:
    """(whether it goes on, for how many months) in the words around the commissions; None for what they do not say.

    `rates` is how many different rates were read, `per_month` whether an amount is named per month.
    """
    zone = _SCHEDULE.sub(" ", zone)
    once, first_only = bool(_ONCE.search(zone)), bool(_FIRST_ONLY.search(zone))
    repeated = per_month or bool(_REPEATED.search(_ONCE.sub(" ", zone)))
    if _LIFETIME.search(zone):
        return (None, None) if once and not repeated else (True, None)
    months = _months(zone)
    if months is not None and not once:
        # With several rates the duration may be that of one of them only.
        lasting = rates > 1 and _THEREAFTER.search(zone)
        return True, None if lasting else months
    if repeated and not once:
        return True, None
    if once and not repeated:
        return False, None
    if first_only and not repeated:
        return (False, None) if rates == 1 else (None, None)
    return (True, None) if repeated and first_only else (None, None)


def speaks_of_repetition(text: str) -> bool:
    """Whether a text without an amount tells how long the commission is paid."""
    text = _SCHEDULE.sub(" ", text)
    return bool(_LIFETIME.search(text) or _REPEATED.search(text) or _ONCE.search(text) or _months(text) is not None)


def _months(zone: str) -> int | None:
    """The one duration the words name; None for none, or two that differ."""
    found: set[int] = set()
    for match in _DURATION.finditer(zone):
        if _NOT_BEFORE.search(zone[: match.start()]) or _NOT_AFTER.search(zone[match.end() :]):
            continue
        written = match["n"].lower()
        count = _NUMBERS.get(written) or (int(written) if written.isdecimal() else None)
        if count is None:
            continue
        if re.fullmatch(_YEARS, match["unit"], re.IGNORECASE):
            count *= 12
        if 1 < count <= _LONGEST:
            found.add(count)
    if not found and _FIRST_YEAR.search(zone) and not _CONTRACT_VALUE.search(zone):
        found.add(12)
    return found.pop() if len(found) == 1 else None
