"""Words of availability in the languages shops write."""

import re
from functools import lru_cache

from indexing.catalogue.field_values import FieldValueError, number_of
from indexing.catalogue.rows.names import name_key

_SOME = """
in stock|instock|available|yes|y|true|on|in store|in store only|instoreonly|online only
onlineonly
low|limited availability|limitedavailability|limited|low stock|lowstock|few left|last pieces
last one
pre order|preorder|presale|pre sale|backorder|back order|on backorder|onbackorder|backordered
available for order|available to order|made to order|madetoorder|on order|special order
ships soon
coming soon|reserved|continue|visible
auf lager|lagernd|vorrätig|verfügbar|lieferbar|sofort lieferbar|ja|vorbestellung|vorbestellt
nachbestellt|nicht vorrätig auf bestellung|vorbestellbar
nachbestellung|auf bestellung|bestellbar|wenige verfügbar
en stock|disponible|oui|précommande|en précommande|pré-commande|sur commande|stock limité
en réapprovisionnement
sí|si|en existencia|en existencias|bajo pedido|reserva|preventa|pedido previo|reservar
pocas unidades
disponibile|in magazzino|sì|su ordinazione|preordine|in arrivo
disponível|em estoque|em stock|sim|pré-venda|sob encomenda
op voorraad|leverbaar|beschikbaar|ja|pre-order|nabestelling
dostępny|dostępna|dostępne|na stanie|w magazynie|tak|przedsprzedaż|na zamówienie
i lager|finns|tillgänglig|förbeställning|på lager|tilgængelig|forudbestilling|kan bestilles
skladem|dostupné|dostupný|ano|na objednávku|předobjednávka
в наличии|есть|да|есть в наличии|под заказ|предзаказ|доступен|доступно
있음|재고있음|판매중|예약판매|주문가능|var|stokta|stokta var|mevcut|evet|ön sipariş
raktáron|készleten|van|igen|rendelhető|în stoc|in stoc|da|disponibil|la comandă|varastossa|kyllä
출고가능|予約販売|取り寄せ|お取り寄せ|残りわずか|在庫有|在庫有り|販売中|可|出售中|销售中|正常
有货|现货|有|是|有库存|可售|在售|上架|预售|预订|可预订|充足|在庫あり|予約|あり
"""
_NONE = """
out of stock|outofstock|unavailable|not available|sold out|soldout|no|n|false|off|none
discontinued
no stock|not in stock|currently unavailable|temporarily out of stock|ended|retired|empty
ausverkauft|nicht auf lager|nicht vorrätig|nicht verfügbar|nicht lieferbar|vergriffen|nein
rupture de stock|en rupture|en rupture de stock|épuisé|indisponible|non disponible|non
hors stock
agotado|sin stock|sin existencias|no disponible|fuera de stock
esaurito|non disponibile|terminato|no
esgotado|indisponível|sem estoque|sem stock|não
uitverkocht|niet op voorraad|niet leverbaar|niet beschikbaar|nee
niedostępny|niedostępna|niedostępne|brak|wyprzedany|brak w magazynie|nie
slut|slut i lager|ej i lager|slutsåld|utsolgt|udsolgt|ikke på lager|nej|nei
vyprodáno|není skladem|nedostupné|ne
нет в наличии|нет|распродано|отсутствует|снят с производства
품절|없음|재고없음|일시품절|판매중지|yok|stokta yok|tükendi|hayır|mevcut değil
nincs készleten|nincs raktáron|elfogyott|nincs|nem|stoc epuizat|indisponibil|nu|loppu|loppunut|ei
在庫無し|在庫無|売切れ|完売|販売終了|入荷待ち|已停售|停售
无货|缺货|售罄|无|否|断货|下架|已售完|无库存|已售罄|在庫なし|売り切れ|なし|品切れ
"""
_EXACT = 2**53
_TOO_SHORT = 3
_LEFT = re.compile(r".*\((\d+)\)|(?:only|nur noch|plus que|solo|sólo)\s+(\d+)\b.*")
_FLAGS = {"1": True, "0": False, "-1": False, "2": True}
_MORE = re.compile(r"^(?:>|≥|<|über|mehr als|more than|plus de|más de|over|ca\.?)?\s*(-?\d+)\s*\+?")


def _words(text: str) -> frozenset[str]:
    return frozenset(
        name_key(word) for line in text.split("\n") for word in line.split("|") if word
    )


_SOME_KEYS = _words(_SOME) - _words(_NONE)
_NONE_KEYS = _words(_NONE)


def availability_of(value: object) -> bool | None:
    """Whether it can be bought, now or ordered; None where the words say neither.

    Addresses of schema.org count by their last part, `https://schema.org/InStock`.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        value = value[0] if value else ""
    return _of_text(str(value))


@lru_cache(maxsize=10_000)
def _of_text(text: str) -> bool | None:
    last = text.strip()
    if "/" in last:
        last = last.rstrip("/").rpartition("/")[2]
    if last in _FLAGS:
        return _FLAGS[last]
    key = name_key(last)
    if key in _NONE_KEYS:
        return False
    if key in _SOME_KEYS:
        return True
    words = last.split()
    for count in range(min(len(words) - 1, 4), 0, -1):  # `In stock (5)`, `Disponible sous 3 jours`
        key = name_key(" ".join(words[:count]))
        if len(key) > _TOO_SHORT and (key in _NONE_KEYS or key in _SOME_KEYS):
            return key in _SOME_KEYS
    return None


def pieces_in(value: object) -> int | None:
    """`12`, `10+`, `> 20`, `5 Stück`, or words: 1 or 0. Raises FieldValueError."""
    if type(value) is int:
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and abs(value) < _EXACT:
        return int(value)
    if not isinstance(value, str):
        number = number_of(value)
        return None if number is None else int(number)
    text = value.strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    left = _LEFT.fullmatch(text.casefold())
    if left is not None:
        return int(left[1] or left[2])
    there = _of_text(text)
    if there is not None:
        return int(there)
    plain = text.replace("\u00a0", "").replace(" ", "")
    try:
        return int(float(plain.replace(",", "."))) if "," in plain or "." in plain else int(plain)
    except (ValueError, OverflowError):
        pass
    found = _MORE.match(text.casefold())
    if found is None or not found[1]:
        raise FieldValueError("is no number of pieces, and no word for being in stock")
    return int(found[1])
