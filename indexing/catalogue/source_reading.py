"""The rows of one source → products, with the rules of the platform it comes from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from indexing.catalogue.catalog_report import SourceReport
from indexing.catalogue.field_values import FieldValueError, currency_in
from indexing.catalogue.mapping import as_list
from indexing.catalogue.offer import settle_price, settle_stock
from indexing.catalogue.plain_product import PlainProducts
from indexing.catalogue.platform import Platform
from indexing.catalogue.product import Product, ProductError, RejectedLine
from indexing.catalogue.product_parsing import parse_product
from indexing.catalogue.recognition import plain_platform
from indexing.catalogue.records import Record
from indexing.catalogue.rows.cell_habits import decoded, object_columns
from indexing.catalogue.rows.habits import habits_of
from indexing.catalogue.rows.id_choice import candidates, id_columns
from indexing.catalogue.rows.layout import layout_of, says, values_of
from indexing.catalogue.rows.named_columns import Wishes
from indexing.catalogue.rows.names import name_key
from indexing.catalogue.rows.row_fields import Fields, RowFields
from indexing.catalogue.values.currency import DOLLAR, CurrencyRates, currency_code
from indexing.catalogue.values.dates import instant_of
from indexing.catalogue.values.localized import locales_in
from indexing.catalogue.variants.drafts import Draft, VariantRows
from indexing.catalogue.variants.families import Families

SAMPLE_ROWS = 1_000
_CODES = ("ean", "gtin", "upc", "mpn", "isbn", "barcode", "ean13", "gtin13", "EAN-Code", "条形码")
_ROLES_LEFT = ("google_category",)


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """given: targets whose columns a mapping renamed to them. now: what sales' dates are held
    against; None: all count. mine: the shop's own rules, before those of its platform. strict: a
    value that cannot be meant rejects its line.
    """

    given: frozenset[str] = frozenset()
    locale: str | None = None
    languages: tuple[str, ...] = ("en",)
    now: datetime | None = None
    strict: bool = False
    mine: Platform | None = None


class SourceReading:
    """One pass over a source. report: complete at the end."""

    def __init__(
        self,
        sample: Sequence[Record],
        platform: Platform,
        options: ReadingOptions,
        rates: CurrencyRates,
        report: SourceReport,
        text_only: bool,
    ) -> None:
        self._platform, self._options, self.report = platform, options, report
        plain = plain_platform()
        self._objects = object_columns([record.fields for record in sample])
        for name in sorted(self._objects):
            report.decisions.append(f"{name}: cells hold lists or objects")
        rows = [decoded(record.fields, self._objects) for record in sample]
        names = tuple(dict.fromkeys(name for row in rows for name in row))
        locales = locales_in(rows)
        wishes = Wishes(
            options.given, {}, options.locale, options.languages, rates.currency, locales
        )
        rules = platform.fields if platform.recognise else {}
        layout = layout_of(names, platform, plain, wishes, rules)
        if "id" not in rules and "id" not in options.given:
            wishes = wishes._replace(first=id_columns(rows, layout, report.decisions))
            layout = layout_of(names, platform, plain, wishes, rules)
        if locales and options.locale is None:
            report.decisions.append(
                f"texts in several languages ({', '.join(locales)}): --locale takes one of them, "
                "--locale all makes an index of each"
            )
        status = {} if platform.recognise else platform.unpublished
        habits = habits_of(rows, layout, rules, status, report.decisions)
        signs = [rules[name].decimal for name in ("price", "sale_price") if name in rules]
        if any(signs):
            habits = habits._replace(decimal=next(filter(None, signs)))
        self.rates = rates
        if rates.currency is None:
            self.rates = CurrencyRates(_told_currency(rows, layout, report.decisions), rates.rates)
            wishes = wishes._replace(currency=self.rates.currency)
        self._habits = habits
        self.rows = RowFields(platform, plain, rules, wishes, habits, text_only)
        how = platform.variants
        nested = platform.model_copy(
            update={
                "key_values": how.key_values or platform.key_values,
                "pairs": platform.pairs if how.kind else (),  # rows of the same columns
            }
        )
        self.variants = RowFields(
            nested, plain, how.fields, Wishes(frozenset(), {}, *wishes[2:]), habits, text_only
        )
        self.families = Families(how)
        self._brand_names = {name_key(name) for name in plain.fields["brand"].sources}
        self._code_names = {name_key(name) for name in _CODES}
        self._would_do = candidates(rows)[:5]
        self._plain = PlainProducts(
            self.rates.currency, habits.decimal, habits.day_first, options.now, self._is_set_apart
        )
        report.extra |= habits.junk
        report.empty = [name for name in names if not any(says(row.get(name)) for row in rows)]
        report.unused |= dict.fromkeys(n for n in layout.unused if n not in set(report.empty))

    def looks_ahead(self, names: Iterable[str]) -> bool:
        """Whether all rows must be looked at first."""
        return self.families.concerns(names)

    def products(self, records: Iterable[Record]) -> Iterator[tuple[int, Product | RejectedLine]]:
        """Each with the line it comes from."""
        report = self.report

        def left_out(why: str) -> None:
            report.left_out[why] += 1

        drafts = VariantRows(self._platform, self.rows, self.variants, self.families, left_out)
        for draft in drafts.drafts(self._counted(records)):
            yield draft.record.line, self.product(draft)
        for used in (self.rows.used, self.variants.used):
            for target, columns in used.items():
                known = report.columns.setdefault(target, {})
                for column, count in columns.items():
                    known[column] = known.get(column, 0) + count

    def _counted(self, records: Iterable[Record]) -> Iterator[Record]:
        rows = 0
        try:
            for record in records:
                rows += 1
                if self._objects:
                    yield record._replace(fields=decoded(record.fields, self._objects))
                else:
                    yield record
        finally:
            self.report.rows += rows

    def product(self, draft: Draft) -> Product | RejectedLine:
        """Of fields under their targets' names."""
        plain = self._plain.product(draft.fields)
        if plain is not None:
            self.report.add(*plain)
            return plain[0]
        fields = dict(draft.fields)
        dropped = None if self._options.strict else self.report.drop
        try:
            self._settle(fields)
            product = parse_product(fields, self.rates, dropped)
        except ProductError as error:
            reason = error.reason
            if error.field == "id" and self._would_do:
                reason += f" (columns that would do: {', '.join(self._would_do)})"
            return _rejected(self.report.source, draft.record, error.field, reason)
        self.report.add(product)
        return product

    def _settle(self, fields: Fields) -> None:
        """Roles become fields, attributes those that are searched and those that are kept."""
        settle_price(fields, self._habits.decimal, self._options.now, self._fault)
        settle_stock(fields, self._fault)
        for name in _ROLES_LEFT:
            fields.pop(name, None)
        if isinstance(fields.get("created_at"), str):
            try:
                fields["created_at"] = instant_of(fields["created_at"], self._habits.day_first)
            except FieldValueError as error:
                self._fault("created_at", fields.pop("created_at"), str(error))
        more: Fields | None = fields.pop("more_attributes", None)
        if more:
            more = self._lifted(fields, more)
            junk = self._habits.junk
            if junk:
                extra = {name: held for name, held in more.items() if name in junk}
                if extra:
                    fields["extra"] = extra
                    more = {name: held for name, held in more.items() if name not in junk}
            fields.update(
                (name if name not in _FIELDS else f"attributes.{name}", held)
                for name, held in more.items()
            )
        if "images" in fields and not says(fields.get("image")):
            fields["image"] = fields["images"]
        image = fields.get("image")
        if isinstance(image, list | tuple | str):
            fields.setdefault("images", image)

    def _is_set_apart(self, name: str) -> bool:
        """Whether an attribute of this name is kept apart, or is a field in the end."""
        key = name_key(name)
        return name in self._habits.junk or key in self._brand_names or key in self._code_names

    def _lifted(self, fields: Fields, more: Fields) -> Fields:
        """Attributes without what is a brand or an identifier by its name."""
        kept: Fields = {}
        for name, held in more.items():
            key = name_key(name)
            if key in self._brand_names and not says(fields.get("brand")):
                fields["brand"] = held[0] if isinstance(held, list) else held
            elif key in self._code_names:
                before = fields.get("identifiers")
                fields["identifiers"] = [*as_list(before), held]
            else:
                kept[name] = held
        return kept

    def _fault(self, name: str, value: object, reason: str) -> None:
        if self._options.strict:
            raise ProductError(name, reason)
        self.report.drop(name, value, reason)


_FIELDS = frozenset((*Product.model_fields, "more_attributes", "attributes"))


def _told_currency(rows: Sequence[Mapping[str, Any]], layout: Any, told: list[str]) -> str | None:
    """The currency most rows tell."""
    counts: dict[str, int] = {}
    sources = {each.target: each for each in layout.fields}
    for row in rows:
        code = _currency_of(row, sources)
        if code is not None:
            counts[code] = counts.get(code, 0) + 1
    if DOLLAR in counts:
        alone = len(counts) == 1
        dollars = counts.pop(DOLLAR)
        if not alone:
            counts["USD"] = counts.get("USD", 0) + dollars
            told.append("currency: $ is read as USD, because other currencies are told too")
    if not counts:
        return None
    most = max(counts, key=lambda code: counts[code])
    if len(counts) > 1:
        others = ", ".join(code for code in counts if code != most)
        told.append(
            f"currency: {most}, as most prices say; those in {others} are shown, but without a "
            "rate in index.toml they are in no price filter, facet or order"
        )
    return most


def _currency_of(row: Mapping[str, Any], sources: Mapping[str, Any]) -> str | None:
    if "currency" in sources:
        for _, value in values_of(row, sources["currency"].sources):
            try:
                return currency_code(value)
            except FieldValueError:
                continue
    for target in ("price", "sale_price", "list_price"):
        if target not in sources:
            continue
        for source, value in values_of(row, sources[target].sources):
            text = value if isinstance(value, str) else ""
            code = source.currency or currency_in(text) or (DOLLAR if DOLLAR in text else None)
            if code is not None:
                return code
            if isinstance(value, dict):
                held = value.get("currency") or value.get("currencyCode")
                return str(held).upper() if held else None
    return None


def _rejected(source: str, record: Record, field: str | None, reason: str) -> RejectedLine:
    text = record.text
    if text is None:
        text = orjson.dumps(record.fields, default=str, option=orjson.OPT_NON_STR_KEYS)
    return RejectedLine.of(source, record.line, field, reason, text)
