"""Stems of words in languages other than English, for words that come folded.

Snowball's algorithms were made for accents and for verbs too: of folded nouns they miss plurals ("colchoes"), and they
join nouns with verb endings ("camara" with "cama"). So Italian, Portuguese and Spanish words lose number and gender by
light rules of our own, and the other languages' words are mended before Snowball reads them. Words that would meet
another word's stem, and irregular ones, are listed; in a group the first is the stem.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

import Stemmer

from mappings.folding import folded

LONGEST_WORD = 40  # characters; no language of ours inflects longer words

STEMMED = ("de", "es", "fr", "it", "nl", "pl", "pt", "sv")
"""Languages whose words have stems."""

_SNOWBALL = {"de": "german", "fr": "french", "nl": "dutch", "pl": "polish", "sv": "swedish"}


@lru_cache(maxsize=1 << 15)
def stem(word: str, language: str) -> str:
    """The folded stem of a word; in a language without stems the folded word itself, and a long one as it came."""
    if len(word) > LONGEST_WORD:
        return word
    word = folded(word)
    if language not in STEMMED or not word.isalpha():
        return word
    if (own := _groups(language).get(word)) is not None:
        return own
    for pattern, instead in _RULES[language]:
        mended = pattern.sub(instead, word)
        if mended != word:
            word = mended
            break
    if (own := _groups(language).get(word)) is not None:
        return own
    if language in _SNOWBALL:
        return folded(_stemmer(language).stemWord(word))
    return _without_gender(word)


def _without_gender(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "aeio" and not word.endswith("ao") else word


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_SNOWBALL[language], 0)


def _rules(text: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    lines = (line.split("->") for line in text.strip().splitlines())
    return tuple((re.compile(f"{pattern.strip()}$"), instead.strip()) for pattern, instead in lines)


# Endings, the first that fits; \1 is what stays.
_RULES: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "de": _rules(r"""
        (?<=..)(y|[^l]o|[kmrf]a|pp)s -> \1
    """),
    "es": _rules(r"""
        (?<=..)ces -> z
        (?<=bus)es ->
        (?<=...)es -> e
        (?<=..)([aeioudlrnyjktpmg])s -> \1
        (?<=[aeiou][dljnrxyz])e ->
    """),
    "fr": _rules(r"""
        (?<=..)ives? -> if
        (?<=..)elles? -> el
        (?<=...)s ->
    """),
    "it": _rules(r"""
        (?<=..)([cg])h[ie] -> \1o
        (?<=..)i[oaei] -> o
        (?<=..)i -> o
    """),
    "nl": _rules(r"""
        (?<=.)(aa|ee|oo|uu|ie|oe|eu|ij|ei|ui|ou|au|oo|oei|ooi|aai)([bcdfgklmnprtw]?)e -> \1\2
        (?<=..)([bdfgklmnprst])\1e -> \1
        (?<=[a-z])([aeiou][lmnrc])([dgklmnptc]|ht)e -> \1\2
        (?<=..)([oy]|[^aeiou]en)s -> \1
    """),
    "pl": _rules(r"""
        (?<=...)ow ->
        (?<=...)([^aeiouy])e([kc]) -> \1\2
    """),
    "pt": _rules(r"""
        (?<=.)(o|a)es -> ao
        (?<=..)aos -> ao
        (?<=..)ais -> al
        (?<=..)eis -> el
        (?<=..)ois -> ol
        (?<=.)([aeiou])ns -> \1m
        (?<=...)([rsz])es -> \1
        (?<=..)([aeiou])s -> \1
    """),
    "sv": _rules(r"""
        (?<=..)([bdfgkptvxm])l(ar|arna|er|erna) -> \1el
        (?<=..)(mm|m)(ar|et) -> m
        (?<=..)([^aeiouy])\1et -> \1\1
        (?<=..)or(er|erna) -> or
    """),
}

_OWN = {
    "de": """
        reise reisen; reis; kurs kurse kursen kurses; konto konten kontos; messe messen; messer messern messers; wein
        weine weines; weinen; atlas; chaos; kosmos; bonus; ananas; etwas; glas glaser; gras; autobahn; los lose losen;
        tor tore toren; torte torten; ring ringe ringen; steuer steuern; stern sterne sternen; bad bader badern;
        bader; taxi taxis; ski skier skis; euro euros; leder leders; led leds
    """,
    "es": """
        plata platas; plato platos; marca marcas; marco marcos; casa casas; caso casos; libra libras; libro libros;
        puerta puertas; puerto puertos; punta puntas; punto puntos; copa copas; copo copos; cuenta cuentas; cuento
        cuentos; moda modas; modo modos; banca bancas; banco bancos; suela suelas; suelo suelos; rueda ruedas; barca
        barcas; barco barcos; media medias; medio medios; manta mantas; manto mantos; pala palas; palo palos; pago
        pagos; paga pagas; resto restos; cosa cosas; velo velos; vela velas; gorra gorras; gorro gorros; pelo pelos;
        pela pelas; carta cartas; carro carros; cara caras; caro caros; seta setas; seto setos; pie pies; mes meses;
        gas gases; gafas; tenis; partida partidas; partido partidos; comida comidas
    """,
    "fr": """
        jeu jeux; cheveu cheveux; feu feux; lieu lieux; cours; course courses; cour; poste postes; poster posters;
        voile voiles; oeil yeux; travail travaux; vitrail vitraux; bas; prix; bois; chat chats chatte chattes; mode
        modes; mode; modem modems; porte portes; port ports; table tables; tableau tableaux; banque banques; banc
        bancs; cartouche cartouches; carte cartes; carton cartons; marche marches; marque marques; marquer
    """,
    "it": """
        casa case; caso casi; pasta paste; pasto pasti; porta porte; porto porti; posta poste; posto posti; banca
        banche; banco banchi; moda mode; modo modi; costa coste; costo costi; libra libbra; foglia foglie; foglio
        fogli; cartella cartelle; collo colli; colla colle; pianta piante; pianto; mela mele; punta punte; punto
        punti; uomo uomini; uovo uova; mano mani; menta; mente menti; testa teste; testo testi; razza razze; razzo
        razzi; busta buste; busto busti; tavola tavole; tavolo tavoli; sala sale; sale; salo; fondo fondi; fonte
        fonti; gamba gambe; gambo; auto; autista autisti
    """,
    "nl": """
        kind kinderen; ei eieren; blad bladeren bladen; lied liederen; fiets fietsen; plaats plaatsen; arts artsen;
        toets toetsen; muts mutsen; rits ritsen; schaats schaatsen; koets koetsen; goedkoop goedkope goedkoper; groot
        grote; rood rode; duur dure; hoog hoge; laag lage; breed brede; puur pure; droog droge; heet hete; rijst; reis
        reizen; wijd wijde; tas tassen; tast tasten; dag dagen; glas glazen; weg wegen; schip schepen; stad steden;
        lid leden; bad baden; badge badges; gas; bus bussen; camera cameras; sofa sofas; taxi taxis; menu menus;
        reclame reclames; mode; dame dames
    """,
    "pl": """
        pies psy psa psow psom psem; dziecko dzieci dziecka dzieciom dziecku dziecmi; gra gry gier gre grami grach;
        mebel meble mebli meblom meblami; kot koty kotow kota; but buty butow buta butach butami butom;
        reka rece rak; oko oczy oczu; pasek paski paskow; ucho
        uszy; kupon kupony kuponow; czlowiek ludzie ludzi; rok lata lat; ksiazka ksiazki ksiazek ksiazke; lot loty
        lotow; wino wina win; dom domy domow domu; tydzien tygodnie tygodni; dzien dni; wlos wlosy wlosow; pieniadze
        pieniedzy; majtki majtek; skarpeta skarpety skarpet skarpetki skarpetek; lalka lalki lalek
    """,
    "pt": """
        casa casas; caso casos; marca marcas; marco marcos; moda modas; modo modos; porta portas; porto portos; banca
        bancas; banco bancos; carta cartas; carro carros; conta contas; conto contos; prata pratas; prato pratos;
        bolsa bolsas; bolso bolsos; barca barcas; barco barcos; pais paises; mes meses; mao maos; pao paes; mais;
        dois; seis; depois; tenis; onibus; lapis; gas gases; mala malas; mal males; vela velas; velo velos; pera
        peras; ponta pontas; ponto pontos; manta mantas; manto mantos; copa copas; copo copos; resto restos
    """,
    "sv": """
        sko skor skon skorna; bok bocker boken bockerna; kurs kurser kursen kurserna; mobel mobler moblerna mobeln;
        hus huset husen; fot fotter foten; hand hander handen; tand tander tanden; natt natter natten; man man mannen;
        barn barnen barnet; bil bilar bilen bilarna; ljus ljuset ljusen; glas glaset glasen; mus moss musen; resa
        resor; rest rester; ko kor; tra tran; nat; gas gasen; pris priser priset; gratis; dans danser dansen; lins
        linser linsen; vin viner vinet; vind vindar vinden; stol stolar stolen; stolt stolta; spel spelet spelen;
        dator datorer; kaffe kaffet; radar; rad rader raden; lag lagen lagar; lager lagret; kod koder koden
    """,
}


@cache
def _groups(language: str) -> Mapping[str, str]:
    groups = [group.split() for group in _OWN[language].split(";")]
    return {word: group[0] for group in groups for word in reversed(group)}
