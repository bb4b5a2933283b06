"""What an amount is: a commission, or one of the many other figures that offers are full of.

The words of the amount's own clause decide, in a dozen languages. What no rule knows is a commission only if the
text is short, or its sentence speaks of earning; else it is unclear, and nothing is made of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.normalising.commission_text.clauses import Context
from app.normalising.commission_text.events import SALE, event

COMMISSION = "commission"
OTHER = "other"

_WORDS_OF_A_SHORT_TEXT = 14


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


# -- what stands behind an amount and makes it something else. Each is looked for at its heels, over a few words. -----
_A_FEW = r"^(?!\s*(?:of|on|from|von|vom|auf|am|an|du|des|sur|van|over|sobre|av|af)\b)\W{0,3}(?:[\w’'-]+\W+){0,2}?"
_OTHER_AFTER = re.compile(
    _A_FEW + r"(?:(?<!one[- ])off\b|discount|rabatt|nachlass|ermäßigung|remise|réduction|de moins|descuento|sconto|"
    r"desconto|korting|rabat|"
    r"alennus|slev[ayu]|zľav|скидк|знижк|indirim|割引|折扣|할인|kedvezmény|reducere|έκπτωση|diskon|giảm giá|ส่วนลด|"
    r"cash\s?back|price (?:cut|reduction)|savings?\b|"
    r"(?:cookies?|(?<!each )(?<!per )(?<!every )conversions?|cvr|cr|aov|epc)\b(?!\W{0,3}(?:(?:rate|value|size|"
    r"amount|duration|length|days?|window|life|period|time)\W{0,3})?[$€£]?\d|\s*:)|approval|apr\b|apy\b|interest|"
    r"zinsen|satisfaction|uptime|availability|money[- ]back|guarantee\b|"
    r"retention|open rate|churn|growth|return on|roi\b|ctr\b|success rate|refund|accura|recycled|renewable|pure\b|"
    r"more\b|less\b|faster|cheaper|higher|increase|boost|organic\b|natural\b|cotton\b|vegan|secure|legal\b|"
    r"vat\b|mwst|ust\b|tva\b|iva\b|btw\b|moms\b|tax(?:es)?\b|"
    r"(?:transaction|processing|withdrawal|set-?up|monthly|service|joining|entry|admin|listing|paypal|bank|"
    r"payment) fees?\b|gebühr|"
    r"gift\s?cards?|gutschein|vouchers?|store credit|credits?\b(?! (?:card|score|check|report|line|union))|guthaben|"
    r"points?\b|punkte|coupon|bon d'achat|"
    r"in (?:store |account |free )?credit|tokens?\b|"
    r"bonus\b|boni\b|incentive|welcome|"
    r"(?:minimum|min\.?|mindest)\W*(?:payout|payment|withdrawal|balance|auszahlung)|payout threshold|threshold|"
    r"impressions|back\b(?! as)|for the planet|causes?\b|lots?\b|mindestauszahlung|budget|average (?:order|basket|"
    r"sale|cart)|basket|cart value|order value|warenkorb|"
    r"panier moyen|donat|to charity|"
    r"(?:goes|go) to\b|for charity)",
    re.IGNORECASE,
)
# These mean something else only at once behind a percentage: "100% free", not "$2 per free signup".
_SHARE_AFTER = re.compile(
    r"^\W{0,3}(?:fees?|free|online|off-?line|remote|risk|uptime|safe|secure|working|commission[- ]free|tax[- ]free|"
    r"digital|automated)\b",
    re.IGNORECASE,
)
_SHARE_OF_PEOPLE = re.compile(
    # Who buys is no share of people: "5% new / 2% existing customers", "7 % nouveaux clients".
    r"^(?!\W{0,3}(?:(?:new|existing|neue?n?|bestehende?n?|nouveaux|nouvelles|nuovi|novos) \w|"
    r"(?:clients|clientes|clienti) (?:existants|actuels|nuevos|existentes|actuales|esistenti|novos)\b))"
    r"\W{0,3}(?:of )?(?:(?:all|our|the|your|these|its) )*(?!(?:for|to|on|per|from|when|with|if|by|each|"
    r"every) )(?:\w+ ){0,2}(?:applicants|visitors|customers|users|people|companies|affiliates|"
    r"partners|publishers|clients|members|businesses|shoppers|consumers|readers|kunden|clients|teams|traffic)\b"
    r"(?! (?:spend|pay|purchase|payment|revenue|order|subscription|invoice|bill|fee|lifetime|you|they|that you|"
    r"who you)|['’])",
    re.IGNORECASE,
)
# What is sold and who sells it, not what is given: "1% on gift cards", "2% for coupon sites".
_GOODS_AND_SITES = re.compile(
    r"^\W*(?:on|for|auf|für|sur|pour|en|para|op|voor|via|by)\s(?:(?:all|our|the)\s)?(?:\w+\s)?(?:gift\s?cards?|"
    r"gutscheine?|vouchers?|"
    r"(?:coupon|voucher|cash\s?back|discount|deal|gutschein|rabatt)(?:\s*$|[- ]?(?:sites?|publishers?|affiliates?|"
    r"partners?|"
    r"portals?|seiten|portale|and|&|/)))",
    re.IGNORECASE,
)
# To whom it goes, if not to the affiliate.
_TO_AUDIENCE = re.compile(
    r"^\W*(?:[\w'-]+\W+){0,3}?(?:to|for|für|pour|para|per|voor) (?:your|their|the|deine|ihre|vos|tus|sus|tuoi|"
    r"i tuoi|seus|je)\s(?:\w+ )?"
    r"(?:followers?|audience|readers?|users|subscribers|friends?|viewers|fans|community|visitors|students|leser|"
    r"lecteurs|"
    r"abonnés|seguidores|amigos|amici|volgers|lezers)\b",
    re.IGNORECASE,
)
# A share "of" something is a commission only if that is money somebody pays.
_OF = re.compile(r"^\s*of\s+(?!you\b)", re.IGNORECASE)
_PAID_BASE = re.compile(
    r"^\s*of\s+(?:\S+\s+){0,6}?\S*(?:sale|order|revenue|rev\b|purchas|payment|pay\b|pays\b|paid|spend|spent|spread|"
    r"fee|price|cost|value|amount|subscri|"
    r"deal|contract|basket|cart|deposit|volume|turnover|profit|margin|invoice|bill|booking|transaction|everything|"
    r"commission|"
    r"income|earning|mrr\b|arr\b|acv\b|tcv\b|ggr\b|ngr\b|gmv\b|month|year|rent|ticket|premium|total|plan|membership|"
    r"licen[sc]e|loan|"
    r"referral|renewal|upgrade|each\b|every\b|stay|trip|tour|course|charge|proceeds|generate|bring|customer|client|"
    r"it\b|that\b|them\b)",
    re.IGNORECASE,
)
_OF_A_PRICE = re.compile(r"^\s*of(?: (?:our|your|their|the|an?|each|every))*\s*$", re.IGNORECASE)  # "of our $49 plan"
_STATES = re.compile(
    r"^\s*of\s[^,.;]*\b(?:comes?|came|use[sd]?|using|trust(?:s|ed)?|choose|say|said|renew(?!al)|converts?|return|"
    r"accepted|approved|recommend|"
    r"companies|applicants|businesses in)\b",
    re.IGNORECASE,
)
_PER_COUNT = re.compile(r"^\W*(?:for|per)? ?(?:every|each|per)? ?\d+", re.IGNORECASE)
_ADDED = re.compile(r"(?:\+|\bplus|\bextra|\badditional|\banother)\s*$", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:increas\w*|rais\w+|went|gone|boost\w*|reduc\w*|cut|chang\w+|drop\w*|decreas\w*|lower\w*|up|bump\w*)\b"
    r"(?: (?:it|our|your|the|its|commissions?|rates?))*\s+from\s*$",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:excl\w*|except\w*|not including|ohne|hors|sin|without|exkl)\b.*$", re.IGNORECASE | re.DOTALL
)
_CREDITED = _any(
    r"^\W*per (?:1[,.]?000|mille|thousand)\b",
    r"\b(?:goes|go|donated|is given) to\b",
    r"\bin (?:store |account |free |wallet |ad )?credits?\b",
    r"^(?!\W*on\b).*\bgift\s?cards?\b",
    r"^(?!\W*on\b).*\bvouchers?\b",
)

# -- what stands before it, at the end of its clause -----------------------------------------------------------------
_GETS = (
    r"(?:gets?|receives?|saves?|enjoys?|earns?|erhalten|erhält|bekommt|bekommen|sparen|spart|reçoivent|reciben|"
    r"ricevono|"
    r"recebem|krijgen|ontvangen|får|dostan\w+|otrzymuj\w+|economisent|économisent)"
)
_AUDIENCE = (
    r"(?:customers?|clients?|followers?|audience|readers?|users?|subscribers?|friends?|they|shoppers?|visitors?|"
    r"students?|"
    r"buyers?|viewers?|listeners?|fans?|community|agencies|teams?|consumers|everyone|kunden|leser|freunde|follower|"
    r"neukunden|lecteurs|abonnés|clientes|seguidores|amigos|clienti|amici|klanten|volgers|lezers|kunder|klienci|"
    r"referrals?|invitees?|referees?|invited friends?)"
)
_OTHER_BEFORE = _any(
    rf"\b{_AUDIENCE}\b(?: you refer| referred by you| of yours)?(?: will| can| also| each| both){{0,2}} {_GETS}"
    r"(?: (?:up to|an?|an extra|an additional|bis zu|jusqu'à|over|about))*\s*$",
    rf"\b(?:gives?|offers?|save) (?:your |their |them |the |our |new )*{_AUDIENCE}?\b(?: \w+)?\s*$",
    r"\b(?:save[sd]?|saving|spar(?:e|en|t)|économisez|ahorra|risparmi\w*|poupe|economize|bespaar|spara|oszczędz\w*)"
    r"(?: (?:up to|bis zu|over|an?|an extra|un|jusqu'à|hasta(?: un)?|il|até|tot))*\s*$",
    r"\b(?:discounts?|coupons?|vouchers?|deals|promotions?|rabatte?|remise|réduction|descuento|sconto|desconto|"
    r"korting|rabat|coupon|promo|sleva|скидка|"
    r"cashback)"
    r"(?: (?:of|von|de|del|di|van|på|up to|for|code|is))*\s*[:=-]?\s*$",
    r"\bby(?: (?:up to|an?|over|about|more than|nearly))*\s*$",
    r"\b(?:extra|additional|another|zusätzlich\w*|supplémentaires?|adicional|ekstra)\s*$",
    r"\b(?:top|only the top)\s*$",
    r"\b(?:we|they|merchants?) (?:only )?(?:take|keep|charge|retain|deduct)s?\b[^,]*$",
    r"\b(?:donat\w*|charity)\b[^,;]*$",
    r"\b(?:incl\.?|including|excl\.?|excluding|zzgl\.?|inkl\.?|plus) (?:\w+ )?$",
    r"\b(?:transaction|processing|service|management|paypal|withdrawal) fees?\b[^,]*$",
    r"\b(?:average|avg\.?|typical(?:ly)?|median|durchschnitt\w*|ø|moyen(?:ne)?|promedio|medi[oa]|gemiddeld\w*|"
    r"genomsnittlig\w*|gennemsnit\w*)\b[^,]*$",
    r"(?:\bconver(?:sion|ts|sie|sión|sione)\b|\bkonver\w*|\bepc\b|\baov\b|\bcr\b|\bcvr\b|\bctr\b|\broi\b|retention|"
    r"churn|"
    r"stornoquote|storno|"
    r"approval|uptime|\brated\b|growth|open rate|order value|order size|basket|warenkorb|panier|ticket medio|"
    r"cart value|"
    r"\bmarket\b|raised|funding|revenues? of|worth|valued|reversal|refund rate|validation rate|win rate|"
    r"margins?)\b[^,%]*$",
    r"\b(?:interest|apr|apy|vat|mwst|tva|iva|btw|tax(?:es)?)\b(?: (?:from|of|at|as low as|up to|is))*\W*$",
    r"\b(?:was|were|previously|formerly|instead of|rather than|up from|down from|normally|usually|originally|statt|"
    r"bisher|"
    r"au lieu de|en lugar de|antes|invece del?)\W*$",
    r"\bcpm\b\W*$",
    r"(?<!referral )(?<!finder's )(?<!affiliate )(?<!flat )\b(?:fees?|gebühr(?:en)?)(?: (?:of|is|from))*\W*$",
    r"\b(?:win|wins|contest|prize|giveaway|raffle|leaderboard)\b[^,]*$",
    r"\b(?:bonus(?:es)?|boni|incentives?|spiff)\b[^,]*$",
    r"\b(?:credit|voucher|gift card|gutschein)\b[^,]*$",
)
_BOTH = re.compile(r"\b(?:you and (?:your|the|a)|both|du und|vous et|tú y|tu y|tu e|você e|jij en)\b", re.IGNORECASE)
_PAYOUT = _any(
    r"\b(?:minimum|min\.?|minimal|lowest)[- ]+(?:payout|payment|withdrawal|balance|cash[- ]?out|amount|threshold)",
    r"\bpay(?:out|ment|ing)? (?:threshold|minimum)", r"\bthreshold\b", r"\bwithdraw", r"\bcash(?:ing)? out\b",
    r"\bbalance\b",
    r"\b(?:pay(?:s|ing)?|paid) out (?:once|when|at|as soon|from)", r"\bonce you(?:'ve| have)? (?:reach|earn|hit|"
    r"accumulate)",
    r"\bpayouts? (?:start|begin|at|from|once|when)\b", r"mindest\W?auszahlung", r"auszahlung(?:sgrenze)? ab",
    r"auszahlbar",
    r"seuil de (?:paiement|versement)", r"paiement minimum", r"(?:pago|cobro|retiro) mínimo", r"umbral de pago",
    r"pagamento mínimo", r"saque mínimo", r"pagamento minimo", r"soglia di pagamento", r"minimale? ?uitbetaling",
    r"uitbetaling(?:sdrempel)? vanaf", r"minsta utbetalning", r"minimumsudbetaling", r"minimalna wypłata",
)  # fmt: skip
_SHIPPING = _any(
    r"\bshipping\b", r"\bships? free\b", r"\bdelivery\b", r"versand", r"livraison", r"frais de port", r"port "
    r"offert", r"envío",
    r"spedizion", r"\bfrete\b", r"verzend", r"\bfrakt", r"\bfragt", r"dostaw", r"doprav",
)  # fmt: skip
_SECOND_LEVEL = _any(
    r"\b(?:second|2nd|third|3rd)[- ](?:tier|level)", r"\bsub-?\s?affiliates?", r"\bsub-?partners?", r"\btwo[- "
    r"]tier", r"\b2-tier",
    r"\brecruit", r"\b(?:referred|new|other) affiliates?\b", r"\baffiliates? (?:you|they) (?:refer|recruit|bring|"
    r"invite)",
    r"\bthose affiliates\b", r"\bmlm\b", r"\btheir earnings\b", r"\baffiliates['’] earnings", r"zweite ebene",
    r"deuxième niveau",
)  # fmt: skip
_HAS_TIER_ONE = re.compile(r"\b(?:tier|level|stufe) ?(?:1|one|i)\b", re.IGNORECASE)

# -- of money ----------------------------------------------------------------------------------------------------------
_COMPARED = (
    r"(?:over|above|exceed(?:s|ing)?|under|below|less than|more than|greater than|at least|upwards of|between|from|"
    r"of|worth|"
    r"starting (?:at|from)|start at|within|up to|totall?ing|minimum of|über|ab|unter|von|de plus de|supérieure? à|dès|"
    r"superior(?:es)? a|más de|oltre|superiori a|acima de|boven|vanaf|meer dan|över|over|powyżej|nad|from)"
)
_SPENT = (
    r"(?:orders?|purchas\w+|sales?|spend(?:s|ing)?|spent|basket|cart|transactions?|revenue|turnover|volume|"
    r"deposits?|depositing|"
    r"subscriptions?|plans?|packages?|prices?|priced|products?|items?|courses?|invoices?|deals?|loans?|contracts?|"
    r"value|"
    r"bestell\w+|umsatz|einkauf\w*|commandes?|achats?|pedidos?|compras?|ordini|acquisti|bestellingen|zamówie\w*|"
    r"memberships?|"
    r"hosting|licen[sc]es?|tickets?|(?<!flat )(?<!referral )fees?|"
    r"services?|budget|costs?|cost|starts?|starting|available|for only|for just)"
)
_THRESHOLD_BEFORE = _any(
    rf"\b{_SPENT}(?: (?:\w+ ){{0,2}}?)?\s?{_COMPARED}(?: (?:an?|the|at least|over))*\s*$",
    r"\b(?:spend(?:s|ing)?|spent|prices?|priced|costs?|costing|worth|valued at|only|just|für nur|ab nur|seulement|"
    r"solo|slechts|"
    r"deposit(?:s|ing)?(?: at least)?|minimum order|mindestbestellwert|valor mínimo)\s*[:=]?\s*$",
    r"\boff(?: (?:of|on|an?|your|orders?|over|any))*\s*$",
    r"\b(?:over|above|exceeding|under|below|less than|more than|greater than|supérieur à|über|unter|oltre|más de|"
    r"de plus de|boven)\s*$",
    r"\b(?:first|next|initial|last|ersten|premiers|primeros|primi|eerste|after|each|every|per)\s*$",
)
_BASE_BEFORE = re.compile(
    r"\b(?:of|on|from|off)(?: (?:our|the|an?|each|every|their|your|any|this))*\s*$", re.IGNORECASE
)
_AN_ITS = re.compile(r"\b(?:an?|each|every|our|their|this|your|any)\s*$", re.IGNORECASE)
_GOODS_AFTER = re.compile(
    r"^\s*(?:\+|-plus|or more)?\s*(?:(?:/|\bper\b|\ban?\b|\beach\b)?\s?(?:mo|month|monthly|yr|year|yearly|"
    r"annual)\b\.?)?\s*"
    r"(?:(?!per|each|every|pro|par|por|for|on)\w+ ){0,1}(?:plans?|courses?|products?|subscriptions?|packages?|"
    r"memberships?|items?|tickets?|licen[sc]es?|orders?|"
    r"sales?|purchases?|transactions?|invoices?|price|basket|deposits?|software|bundle|kits?|tier)\b",
    re.IGNORECASE,
)
_TURNOVER_AFTER = re.compile(
    r"^\s*(?:\+|or more|or less|and (?:above|up|over)|mehr)?\s*(?:in |of |worth of |total |monthly |yearly |annual |"
    r"net |per month |"
    r"a month |im |pro monat |monatlich\w* |de |di |en )*(?:sales\b|revenue|turnover|volume|spend\b|spent\b|"
    r"spending|umsatz|"
    r"monatsumsatz|jahresumsatz|orders\b|purchases\b|transactions\b|gmv\b|chiffre d'affaires|ca\b|ventas|vendite|"
    r"vendas|omzet|"
    r"verkäufe|bestellungen|or more\b|in commissions?\b|of commissions?\b|in (?:their|the|your) first|worth\b)",
    re.IGNORECASE,
)
_FOR_EVERY_SUM = re.compile(r"^\s*(?:for|per|on)\s(?:every|each)(?: full)?\s*$", re.IGNORECASE)
_HEADS_A_RATE = re.compile(r"^\s*\+?\s*(?:[:=→⇒|]|->|=>|[-–—]\s)\s*(?:up to |bis zu )?$", re.IGNORECASE)
_PER_MONTH = re.compile(
    r"^\s*\+?\s*(?:/|\bper\b|\ban?\b|\beach\b|\bevery\b|\bpro\b|\bpar\b|\bal\b|\bpor\b)?\s?(?:mo|month|monthly|"
    r"monat|monatlich|mois|mes|"
    r"mese|mês|maand|week|day|tag|year|yr|jahr|annually|yearly|annum|hour)\b",
    re.IGNORECASE,
)
_PER_CUSTOMER = _any(
    r"(?:\b(?:per|for (?:each|every|all|any|one)|each|every|pro|je|par|por|per ogni|pr)\b|/)\s?(?:(?:new|active|"
    r"paying|paid|referred|"
    r"signed|aktive[nr]?|zahlende[nr]?|neuen?)\s)*(?:customer|client|user|seat|account|referral|subscri|merchant|"
    r"sale|member|license|"
    r"licence|store|business|agent|employee|domain|device|kunde|nutzer|konto|utilisateur|cliente|utente|klant|sign)",
    r"\brecurring\b", r"\bcommissions?\b(?! earned)",
)  # fmt: skip
_EXAMPLE_BEFORE = _any(
    r"=\s*$", r"≈\s*$", r"\b(?:e\.g\.?|i\.e\.?|eg|ie|z\.b\.|p\.ej\.|for example|for instance|example|z\.? ?b\.?|"
    r"zum beispiel|par exemple|"
    r"por ejemplo|ad esempio|por exemplo|bijvoorbeeld|that's|that is|thats|this is|which is|(?:which|this|"
    r"that) means|meaning|equals|"
    r"equivalent to|das sind|soit|o sea|ovvero|would (?:be|earn|make|pay)|works out|you'd (?:earn|make|get)|"
    r"so you earn|amounts? to|"
    r"about|around|approx(?:imately)?\.?|roughly|ca\.|circa|environ)\b[^,%]*$",
)  # fmt: skip
_CAP_BEFORE = _any(
    r"\b(?:cap(?:ped)?|max(?:imum|imal)?|limit(?:ed)?|up to|upto|not exceed\w*|bis zu|bis|höchstens|jusqu'à|hasta|"
    r"fino a|até|tot|"
    r"upp till|op til|opptil|do|maximaal|máximo|máx\.?|massimo|plafonn\w+)\.?(?: (?:of|at|to|a|an|maximum|von|à|de|"
    r"di|van))*\s*[:=]?\s*$",
)
_FLOOR_BEFORE = _any(
    r"\b(?:min(?:imum|imal|imo|imaal)?|mínimo|mindestens|au moins|at least|floor)\.?(?: (?:of|at|is|von|de|"
    r"di))*\s*[:=]?\s*$"
)
_PAID_OUT = _any(
    r"(?:\b(?:earned|made|generated|won)|\bpaid out|\b(?:we|we've|have|has|already) paid)(?: (?:over|more than|"
    r"a total of|out|nearly|almost|"
    r"about))*\s*$", r"\bdistributed\b[^,]*$", r"\bhanded out\b[^,]*$",
)  # fmt: skip

# -- what speaks of earning -----------------------------------------------------------------------------------------
_EARNING = _any(
    r"\bcommissions?\b", r"\bcomm\b", r"\bearn", r"\bpay ?outs?\b", r"\b(?:we|we'll|will) pay\b", r"\bpays?\b",
    r"\bpaid\b", r"\breceives?\b",
    r"\brev(?:enue)?[- ]?shar(?:e|ing)\b", r"\bcp[aslci]\b", r"\bppl\b", r"\bpps\b", r"\bper (?:\w+ ){0,2}(?:sale|"
    r"order|lead|purchase|customer|click|"
    r"install|demo|signup|sign-up|booking|deal|contract|referral|subscription|client|registration|trial|appointment|"
    r"opportunity)\b",
    r"\b(?:each|every) (?:\w+ )?(?:sale|order|purchase|booking|customer|referral|subscription|client|friend)\b",
    r"\brewards?\b", r"\bbount(?:y|ies)\b",
    r"\brefer", r"\baffiliates?\b", r"\bpartners?\b", r"\byou(?:'ll| will)? (?:get|make|keep|receive)\b",
    r"\bget\b", r"\bpocket\b", r"\btake home\b",
    r"\bcut of\b", r"\bkickback\b", r"\brecurring\b", r"\blifetime\b", r"\bfor you\b", r"\bshare of\b", r"\bstarts? "
    r"a\b", r"\bof (?:the |all |every |each |net |total |gross )*"
    r"(?:sales?|order|revenue|purchase|payment|subscription|booking|deal|contract)", r"provision", r"vergüt",
    r"verdien", r"erhalten", r"prämie",
    r"\b(?:pro|je) (?:\w+ )?(?:verkauf|lead|sale|bestellung|neukunde|abschluss|vertrag|klick|registrierung)",
    r"commissie", r"vergoeding", r"comisi[óo]n",
    r"comissão", r"comissões", r"commission[ie]", r"provvigion", r"\bpar (?:vente|client|inscription|commande|"
    r"clic)", r"\bpor (?:venta|venda|registro|"
    r"cliente|cadastro)", r"\bper (?:vendita|ogni|verkoop|försäljning)", r"gagne", r"touche", r"\bgana", r"ganhe",
    r"guadagn", r"prowizj", r"provi[zs]",
    r"kommission", r"komissio", r"komisyon", r"jutalék", r"comision", r"προμήθεια", r"комисс", r"комісі", r"報酬",
    r"佣金", r"수수료", r"커미션", r"עמלה", r"عمولة",
    r"komisi", r"hoa hồng", r"คอมมิชชั่น", r"для вас", r"\bpr\.? salg", r"za (?:sprzedaż|objednávku|každ|każd)",
    r"売", r"成果",
)  # fmt: skip

_LEAD_IN = re.compile(r"(?:[a-z]+\s+)?", re.IGNORECASE)  # "between", which belongs to the amount
_AN_EXAMPLE = re.compile(
    r"^\W*(?:e\.g|i\.e|for example|for instance|example|z\.\s?b|zum beispiel|beispiel|par exemple|por ejemplo|"
    r"ad esempio|por exemplo|bijvoorbeeld)\b",
    re.IGNORECASE,
)
# What speaks for money being a commission: a verb of paying before it, what it is paid for behind it.
_PAYS = _any(
    r"\b(?:earns?|earning|get|gets|receives?|pays?|paid|pay you|makes?|pocket|bring you|rewards?|rewarded|bount(?:y|"
    r"ies)|commissions?|comm|payouts?|"
    r"cp[aslcoi]|pp[ls]|flat|fixed|leads?|sales?|sign-?ups?|registrations?|trials?|demos?|installs?|clicks?|"
    r"purchases?|orders?|referrals?|refer|"
    r"customers?|bookings?|closed[- ]won|opportunit(?:y|ies)|offer|cash|tiers?|bonus|one[- ]time|upfront|rate|keep|"
    r"give(?: you)?|fee of)\b",
    r"verdien\w*|erhalt\w*|bekomm\w*|zahlen|vergüt\w*|prämie|provision|gibt es|pauschal|einmalig|gagn\w*|touche\w*|"
    r"recev\w*|rémunér\w*|commission|"
    r"\bgan[ae]\w*|recib\w*|pagamos|comisi[óo]n\w*|ganh[ae]\w*|receb\w*|comiss\w*|guadagn\w*|ricev\w*|provvigion\w*|"
    r"verdien\w*|ontvang\w*|krijg\w*|"
    r"commissie|tjäna|få\b|får\b|tjen|zarab\w*|otrzym\w*|prowizj\w*|vyděl\w*|provi[zs]\w*|получ\w*|комисс\w*|"
    r"komisyon|kazan\w*|報酬|1件",
)
_MODEL = re.compile(r"\bcp[aslcoi]\b|\bpp[ls]\b", re.IGNORECASE)
_PAID_FOR = re.compile(
    r"^\W*(?:[\w'-]+\W+){0,4}?(?:per\b|for (?:each|every|all|any|your|a|an|the first|new)\b|for (?:\w+ )?(?:sales?|"
    r"leads?)\b|each\b|every\b|on (?:each|every|all)\b|"
    r"an? (?:sale|lead|customer|order|signup|booking|click|install|referral|trial|demo)\b|/\s?(?!mo|yr|y\b|m\b|week|"
    r"day|hour)\w+|"
    r"cp[aslcoi]\b|pp[ls]\b|commissions?\b|bount(?:y|ies)\b|payouts?\b|rewards?\b|flat\b|one[- ](?:time|off)|once\b|"
    r"upfront|recurring|lifetime|when (?:your|a|the|they|you|someone)\b|"
    r"if (?:your|a|the|they|you)\b|referral (?:fee|bonus)|finder|(?:to|for) you\b|"
    r"pro\b|je\b|für (?:jede|einen|den)\w*|auf (?:jede|alle)\w*|einmalig|prämie|provision|vergütung|par\b|"
    r"pour (?:chaque|un|tout)\b|de commission|le lead|la vente|"
    r"por\b|de comisi[óo]n|de comissão|al registro|a (?:lead|vendita)|ogni\b|di commissione|voor (?:elke|iedere|"
    r"een)\b|per\b|pr\b|för varje|for hver|za (?:każd\w*|sprzedaż|lead|"
    r"objednávku|každ\w*)|от каждо\w*|başına|あたり|ごと)",
    re.IGNORECASE,
)
_FOR_EACH = re.compile(
    r"\b(?:for (?:each|every|any)|each|every|when|per|für jede\w*|pro|je|pour chaque|por cada|per ogni|voor elke|"
    r"för varje|for hver|za każd\w*)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")


def is_earning(text: str) -> bool:
    """Whether a text speaks of what somebody earns."""
    return bool(_EARNING.search(text))


@dataclass(frozen=True, slots=True)
class Said:
    """What the text said before an amount: whether it gave a percentage, in the same sentence or anywhere; an
    amount of money in the same sentence; whether its sentence named a price."""

    percent_here: bool
    percent: bool
    money_here: bool
    priced: bool
    between_percents: bool  # one of a list: "hotels 4%, flights $2, cars 6%"
    any_percent: bool  # in the whole text, before it or behind
    other_kind: bool  # the amount before it in its sentence is a commission of the other kind


def role(context: Context, text: str, said: Said) -> str:
    """COMMISSION or OTHER."""
    if not context.amount.believable:
        return OTHER
    if _is_other(context, text):
        return OTHER
    if (
        said.other_kind
        and "(" in context.gap_before
        and ")" not in context.gap_before
        and event(context) in (SALE, None)
    ):
        return OTHER  # "50% ($98.50 per sale)": the same, said twice
    if context.amount.kind == "fixed" and _money_is_other(context, text, said):
        return OTHER
    if context.amount.kind == "fixed" and not _is_paid(context, text, said):
        return OTHER
    sentence = text[context.sentence_start : context.sentence_end]
    if is_earning(sentence) or len(_WORD.findall(text)) <= _WORDS_OF_A_SHORT_TEXT:
        return COMMISSION
    return OTHER


def _is_paid(context: Context, text: str, said: Said) -> bool:
    """Whether anything speaks for money being a commission; sums of money are too often something else."""
    if (
        _PAYS.search(context.before)
        or _MODEL.search(context.gap_before)
        or _PAID_FOR.search(context.after)
        or _PAID_FOR.search(context.gap_after)
    ):
        return True
    if said.between_percents or (context.joined and (said.money_here or said.percent_here)):
        return True
    if (said.money_here or said.percent_here) and context.begins:
        return True
    if said.money_here:
        return False
    words = len(_WORD.findall(text))
    return (
        bool(_FOR_EACH.search(context.gap_before))
        or words <= 3
        or (words <= _WORDS_OF_A_SHORT_TEXT and not said.any_percent)
    )


def _is_other(context: Context, text: str) -> bool:
    before, after = context.before, _EXCEPT.sub("", context.after)
    clause = f"{before} {after}"
    if context.amount.kind == "percent" and (
        (_OF.search(after) and not _PAID_BASE.search(context.gap_after) and not _OF_A_PRICE.search(context.gap_after))
        or _STATES.search(context.gap_after)
    ):
        return True
    if _PER_COUNT.match(after) and _ADDED.search(context.gap_before):
        return True
    if _TO_AUDIENCE.search(after) or (context.amount.is_range and _CHANGED.search(before)):
        return True
    if _PAYOUT.search(clause) or _SHIPPING.search(clause) or _negative(context, text):
        return True
    if _SECOND_LEVEL.search(clause) and not _HAS_TIER_ONE.search(text):
        return True
    found = _OTHER_AFTER.search(after)
    if (
        found
        and not _is_referral_bonus(clause)
        and not (context.amount.kind == "percent" and _GOODS_AND_SITES.search(after))
    ):
        return True
    if _CREDITED.search(after) or (
        context.amount.kind == "percent" and (_SHARE_OF_PEOPLE.search(after) or _SHARE_AFTER.search(after))
    ):
        return True
    if _BOTH.search(context.gap_before):
        return False
    return bool(_OTHER_BEFORE.search(before)) and not _is_referral_bonus(clause)


def _negative(context: Context, text: str) -> bool:
    start = context.amount.start
    return start > 0 and text[start - 1] in "-−" and (start == 1 or text[start - 2].isspace())


def _is_referral_bonus(clause: str) -> bool:
    """A bonus for each referral is a commission by another name."""
    return bool(re.search(r"\b(?:referral|affiliate|partner) bonus\b", clause, re.IGNORECASE)) or bool(
        re.search(r"\bbonus\b.*\b(?:per|for (?:each|every)|pro|je) (?!\d)", clause, re.IGNORECASE)
    )


def _money_is_other(context: Context, text: str, said: Said) -> bool:
    figure = text[context.amount.start : context.amount.end]
    before, after = context.before + (_LEAD_IN.match(figure) or [""])[0], context.after
    following = context.gap_after
    if _FOR_EVERY_SUM.match(following):  # "$75 for every $500 in sales": a share, in words we do not reckon with
        return True
    if _THRESHOLD_BEFORE.search(before) or _PAID_OUT.search(before) or _TURNOVER_AFTER.search(after):
        return True
    if _HEADS_A_RATE.search(following) or (_HEADS_A_RATE.match(following[:3]) and following.strip() in (":", "=", "|")):
        return True
    if _PER_MONTH.search(after) and not _PER_CUSTOMER.search(f"{before} {following}"):
        return True
    if _GOODS_AFTER.search(after) and (
        _AN_ITS.search(before) or _BASE_BEFORE.search(before) or _PER_MONTH.search(after)
    ):
        return True
    if said.percent and (
        _EXAMPLE_BEFORE.search(before) or _AN_EXAMPLE.search(text[context.sentence_start : context.amount.start])
    ):
        return True
    if re.search(r"(?:[<>≤≥]|\bat)\s*$", before) and said.percent:
        return True
    if said.money_here and not context.joined and _BASE_BEFORE.search(before):
        return True
    if said.percent_here:
        if _BASE_BEFORE.search(before) or _FLOOR_BEFORE.search(before):
            return True
        if _CAP_BEFORE.search(before) and not context.joined:
            return True
        if said.priced and not context.joined:
            return True
    return False
