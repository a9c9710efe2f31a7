"""Spellings and forms of one word that must meet, and others that must not."""

import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.folding import arabic_root, fold
from indexing.analysis.lemmas import Lemmas
from indexing.errors import IndexingError


def terms(text: str, language: str = "en") -> set[str]:
    return {token.term for token in Analyzer([language]).tokens(text)}


@pytest.mark.parametrize(
    ("language", "pairs"),
    [
        (
            "en",
            "knife knives,bookshelf bookshelves,wolf wolves,penknife penknives,child children,"
            "grandchild grandchildren,fireman firemen,woman womens,tooth teeth,mouse mice,"
            "lens lenses,bus buses,cactus cacti,quiz quizzes,iris irises,tie ties,box boxes,"
            "roof roofs,chef chefs,glove gloves,glass glasses,base bases,matrix matrices",
        ),
        (
            "de",
            "Haus Häuser,Museum Museen,Firma Firmen,Kamera Kameras,Sofa Sofas,Kaktus Kakteen,"
            "Glas Gläser,Handy Handys,Tuch Tücher,Bus Busse,Schraube Schrauben",
        ),
        (
            "fr",
            "cheval chevaux,bijou bijoux,œil yeux,vélo vélos,gâteau gâteaux,travail travaux,"
            "gris grise,blanc blanche,gros grosses,léger légères,dernier dernière,actif active,"
            "carré carrée,balai balais,olive olives,cuillère cuillères,français française",
        ),
        (
            "es",
            "lápiz lápices,luz luces,dulce dulces,enlace enlaces,mujer mujeres,pared paredes,"
            "altavoz altavoces,camión camiones,reloj relojes",
        ),
        (
            "it",
            "uovo uova,lago laghi,giacca giacche,chiave chiavi,cucchiaio cucchiai,arancia arance,"
            "bicchiere bicchieri,specchio specchi,lenzuolo lenzuola,asciugamano asciugamani,"
            "orso orsi,rasoio rasoi,divano divani",
        ),
        ("pt", "pão pães,botão botões,papel papéis,lençol lençóis,imagem imagens,chapéu chapéus"),
        (
            "nl",
            "huis huizen,brief brieven,kind kinderen,kussen kussens,deken dekens,ei eieren,"
            "kaars kaarsen,paard paarden,muts mutsen,rood rode,draadloos draadloze,"
            "wasbaar wasbare,handig handige,regenlaars regenlaarzen,wijnglas wijnglazen",
        ),
        (
            "sv",
            "bok böcker,gås gäss,cykel cyklar,nyckel nycklar,hand händer,dator datorer,"
            "tomat tomater,barnbok barnböcker,fönster fönstret,grön gröna,röd rött",
        ),
        (
            "pl",
            "but buty,but butów,książka książki,książka książek,sukienka sukienek,worek worków,"
            "kubek kubki,nóż noże,torba torby,krzesło krzeseł,czerwony czerwona,cukier cukru",
        ),
        (
            "cs",
            "bota boty,hrnek hrnky,taška tašek,vysavač vysavače,modrý modrých,stůl stoly,nůž nože",
        ),
        ("el", "παπούτσι παπούτσια,τσάντα τσάντες"),
        ("ca", "sabata sabates,ganivet ganivets"),
        ("lt", "batas batai,knyga knygos"),
        ("hr", "cipela cipele,knjiga knjige"),
        (
            "da",
            "bog bøger,barn børn,hånd hænder,sofa sofaer,gaffel gafler,skrue skruer,"
            "hammer hamre,børnebog børnebøger,kabel kabler",
        ),
        (
            "no",
            "bok bøker,tann tenner,genser gensere,sofa sofaer,lue luer,spiker spikre,"
            "barnebok barnebøker",
        ),
        (
            "fi",
            "kenkä kengät,kuppi kupit,valkoinen valkoiset,lautanen lautaset,rengas renkaat,"
            "muovinen muoviset,hammas hampaat,omena omenat",
        ),
        (
            "ru",
            "стул стулья,лист листья,носок носки,подарок подарками,сумка сумок,ложка ложек,"
            "батарейка батареек,кошелёк кошельки,огурец огурцы,палец пальцы,полотенце полотенец,"
            "кресло кресел,ребёнок детей,ребёнок ребёнка,ковёр ковры,белый белая,новый новую,"
            "большой большие,блок блоки,игрок игроки,линия линии",
        ),
        ("ro", "floare flori,oglindă oglinzi,geantă genți,covor covoare,cheie chei,roșu roșie"),
        ("hu", "táska táskák,tükör tükrök,játék játékok,kabát kabátok,macska macskák"),
        (
            "tr",
            "masa masalar,kalem kalemler,çocuk çocuğu,bardak bardağı,gözlük gözlükleri,"
            "kitap kitabı,sandalye sandalyesi,elbise elbiseler,ağaç ağaçlar",
        ),
    ],
)
def test_forms_of_a_word_are_one_term(language: str, pairs: str) -> None:
    analyzer = Analyzer([language])
    apart = [
        pair
        for pair in pairs.split(",")
        if len({token.term for token in analyzer.tokens(pair)}) != 1
    ]
    assert not apart


@pytest.mark.parametrize("pair", ["man woman", "mouse mousse", "media medium", "leave leaf"])
def test_other_words_stay_apart(pair: str) -> None:
    assert len(terms(pair)) == 2


def test_a_lemma_is_its_own_lemma() -> None:
    lemmas = Lemmas(["en"])
    for word in ("iris", "lens", "bus", "shelf", "canvas", "knife"):
        assert lemmas.of(word) == word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alu\u00adminium", "aluminium"),
        ("dish\u200bwasher", "dishwasher"),
        ("ﾒｶﾞﾈ", "めがね"),
        ("テレビ", "てれび"),
        ("電視", "电视"),
        ("蘋果", "苹果"),
        ("كـتـاب", "كتاب"),
        ("كِتَاب", "كتاب"),
        ("أحمد", "احمد"),
        ("حقيبة", "حقيبه"),
        ("٥٠٠", "500"),
        ("İSTANBUL", "istanbul"),
        ("ışık", "isik"),
        ("6×20", "6x20"),
    ],
)
def test_folding_leaves_one_spelling(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_two_names_with_a_times_sign_stay_two() -> None:
    assert {"nike", "suprem"} <= terms("Nike×Supreme")


def test_arabic_words_meet_with_and_without_article() -> None:
    assert arabic_root(fold("الأطفال")) == arabic_root(fold("اطفال"))
    assert arabic_root(fold("الألعاب")) == arabic_root(fold("ألعاب"))
    assert arabic_root(fold("دراجات")) == arabic_root(fold("دراجة"))
    assert arabic_root("leather") == "leather"


@pytest.mark.parametrize(
    ("language", "text", "term"),
    [
        ("de", "1,5 l", "1.5l"),
        ("en", "1,5 l", "1.5l"),
        ("de", "1.000 Teile", "1000pc"),
        ("en", "1,000 pieces", "1000pc"),
        ("de", "0,750 kg", "0.75kg"),
        ("de", "1.234,5 kg", "1234.5kg"),
        ("en", "1,234.5 kg", "1234.5kg"),
        ("en", "1.500", "1500"),  # the other reading, beside 1.5
        ("de", "1,500", "1500"),
        ("en", "bluetooth 5.0", "5.0"),
        ("de", "6,1 Zoll", "6.1in"),
        ("en", '6.1"', "6.1in"),
        ("en", "30 × 40 cm", "30x40"),
        ("en", "30cm x 40cm", "30x40"),
        ("en", "30x40cm", "30x40"),
        ("en", "30 cm x 40 cm x 5 cm", "30x40x5"),
        ("de", "50 mm x 66 m", "50mm"),
        ("de", "50 mm x 66 m", "66m"),
        ("de", "50mm×66m", "50mm"),
        ("en", '24" x 36 in', "24x36"),
        ("en", "24 in x 36 inch", "24x36"),
        ("en", '2" x 3 yd', "2in"),
        ("en", "2 x 500 ml", "500ml"),
        ("en", "M6 × 20", "m6x20"),
        ("en", "C++ book", "c++"),
        ("en", "c# book", "c#"),
        ("en", "D and M", "dm"),
        ("en", "AT & T", "att"),
        ("fr", "l'école", "ecol"),
        ("fr", "L'Oréal", "loreal"),
        ("it", "dell'olio", "oli"),
        ("fr", "d`hiver", "hiv"),
        ("fr", "d´hiver", "hiv"),
        ("fr", "1 500 pièces", "1500"),
        ("sv", "1\u00a0500 bitar", "1500"),
        ("en", "3 m²", "3sqm"),
        ("de", "3 qm", "3sqm"),
        ("it", "3mq", "3sqm"),
        ("en", "200 sq. ft.", "200sqft"),
        ("fr", "gourde ,75 l", "0.75l"),
        ("en", "rope .5 in", "0.5in"),
        ("ru", "0,5 л", "0.5l"),
    ],
)
def test_the_term_is_among_those_of_the_text(language: str, text: str, term: str) -> None:
    assert term in terms(text, language)


@pytest.mark.parametrize(
    ("language", "text", "term"),
    [
        ("de", "1,5 l", "15l"),
        ("en", "sizes 36,38", "36.38"),
        ("en", "zoom 10x 20 mp", "10x20"),
        ("de", "50 mm x 66 m", "50x66"),
        ("en", "pack 1 500 ml", "1500"),
        ("en", "ssd m2 drive", "sqm"),
        ("en", "pellets .22", "0.22"),
        ("fr", "l'école", "l"),
    ],
)
def test_the_term_is_not(language: str, text: str, term: str) -> None:
    assert term not in terms(text, language)


def test_languages_without_a_stemmer_are_folded_only() -> None:
    assert terms("чоботи", "uk") == {"чоботи"}
    assert terms("Šál", "sk") == terms("sal", "sk")


def test_what_is_no_language_is_refused() -> None:
    with pytest.raises(IndexingError, match="language 'xx' is not known"):
        Analyzer(["xx"])
