"""Rows of one source → drafts of products, one a variant, with what each inherits."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from indexing.catalogue.platform import Platform
from indexing.catalogue.records import Record
from indexing.catalogue.rows.layout import Layout, says
from indexing.catalogue.rows.names import name_key
from indexing.catalogue.rows.row_fields import Fields, RowFields
from indexing.catalogue.variants.families import Families
from indexing.catalogue.variants.inheritance import from_parent, from_sibling, has_all_of, shared_of
from indexing.catalogue.variants.nested import nested_drafts

_ROWS_OF_ONE = 5_000
_GROUPS_KEPT = 50_000
_NAMES_KEPT = 2_000
_IMAGES_KEPT = 100
_NOT_IN_IDS = re.compile(r"[^\w.]+")


class Draft(NamedTuple):
    """fields: of one product, not read yet. record: where it comes from."""

    record: Record
    fields: Fields


class VariantRows:
    """left_out: told of rows that are not for shoppers, with the reason."""

    def __init__(
        self,
        platform: Platform,
        rows: RowFields,
        variants: RowFields,
        families: Families,
        left_out: Callable[[str], None],
    ) -> None:
        self._platform = platform
        self._rows = rows
        self._variants = variants
        self._families = families
        self._left_out = left_out
        self._nested = frozenset(map(name_key, platform.variants.nested))
        self._nesting: dict[tuple[str, ...], bool] = {}
        self._groups: OrderedDict[str, Fields] = OrderedDict()

    def drafts(self, records: Iterable[Record]) -> Iterator[Draft]:
        how = self._platform.variants
        if how.rows_of:
            made = self._together(records)
        elif how.kind:
            made = self._following(records)
        elif self._families:
            made = self._with_parents(records)
        else:
            made = self._alone(records)
        for draft in made:
            if "group_id" in draft.fields:
                yield Draft(draft.record, self._in_group(draft.fields))
            else:
                yield draft

    def _in_group(self, fields: Fields) -> Fields:
        group = fields.get("group_id")
        if group is None:
            return fields
        key = str(group)
        first = self._groups.get(key)
        if first is not None:
            if has_all_of(fields, first):
                return fields
            fields = from_sibling(fields, first)
        self._groups[key] = {**shared_of(fields), **(first or {})}
        if len(self._groups) > _GROUPS_KEPT:
            self._groups.popitem(last=False)
        return fields

    def _published(self, row: Mapping[str, Any], layout: Layout | None = None) -> bool:
        why = self._rows.unpublished(row, layout)
        if why is None and self._platform.variants.translations:
            other = _cell(row, self._platform.variants.translations)
            why = None if other in (None, "default") else f"they are of {other}"
        if why is not None:
            self._left_out(why)
        return why is None

    def _alone(self, records: Iterable[Record]) -> Iterator[Draft]:
        for record in records:
            layout = self._rows.layout(record.fields)
            if not self._published(record.fields, layout):
                continue
            fields = self._rows.of(record.fields, layout)
            if not fields and not any(map(says, record.fields.values())):
                continue
            if not self._may_nest(record.fields):
                yield Draft(record, fields)
                continue
            nested = nested_drafts(record.fields, fields, self._platform, self._variants)
            if nested is None:
                yield Draft(record, fields)
            else:
                for each in _with_ids(nested, fields):
                    yield Draft(record, each)

    def _may_nest(self, row: Mapping[str, Any]) -> bool:
        """Whether the row has a column for variants within it."""
        if not self._nested:
            return False
        names = tuple(row)
        known = self._nesting.get(names)
        if known is None:
            known = not self._nested.isdisjoint(map(name_key, names))
            if len(self._nesting) < _NAMES_KEPT:
                self._nesting[names] = known
        return known

    def _together(self, records: Iterable[Record]) -> Iterator[Draft]:
        """Neighbouring rows with one value are one product."""
        names = self._platform.variants.rows_of
        begun: list[Record] = []
        current: object = None
        for record in records:
            if not any(map(says, record.fields.values())):
                continue
            key = _cell(record.fields, names)
            if begun and (key is None or key != current or len(begun) >= _ROWS_OF_ONE):
                yield from self._one_product(begun)
                begun = []
            current = key
            begun.append(record)
        if begun:
            yield from self._one_product(begun)

    def _one_product(self, records: list[Record]) -> Iterator[Draft]:
        first = records[0].fields
        if not self._published(first):
            return
        layout = self._rows.layout(first)
        values = {pair.value for pair in layout.pairs}
        names = {pair.name: first[pair.name] for pair in layout.pairs if says(first[pair.name])}
        parent = self._rows.of({n: None if n in values else held for n, held in first.items()})
        parent = {name: held for name, held in parent.items() if name not in _OF_ONE_VARIANT}
        if says(images := parent.get("images")):
            parent["image"] = images
        found = [each for each in records if _cell(each.fields, self._platform.variants.variant_if)]
        fields = []
        for record in found or records[:1]:
            row = {
                **record.fields,
                **{k: v for k, v in names.items() if not says(record.fields.get(k))},
            }
            own = self._rows.of(row)
            own.pop("images", None)
            fields.append(from_parent(own, parent))
        if len(fields) == 1:
            fields[0].pop("group_id", None)
        group = _cell(first, self._platform.variants.rows_of)
        made = _with_ids(fields, {"id": group})
        for record, each in zip(found or records[:1], made, strict=True):
            yield Draft(record, each)

    def _following(self, records: Iterable[Record]) -> Iterator[Draft]:
        """Variant rows follow the row of their product."""
        how = self._platform.variants
        parents, variants = (_words(how.product_rows), _words(how.variant_rows))
        pictures = _words(how.image_rows)
        product: Record | None = None
        own: list[Record] = []
        images: list[Any] = []
        for record in records:
            kind = name_key(str(_cell(record.fields, how.kind) or ""))
            if kind in variants:
                own.append(record)
            elif kind in pictures and len(images) < _IMAGES_KEPT:
                images.append(self._rows.of(record.fields).get("image"))
            elif kind in parents:
                yield from self._followed(product, own, images)
                product, own, images = record, [], []
        yield from self._followed(product, own, images)

    def _followed(
        self, product: Record | None, variants: list[Record], images: list[Any]
    ) -> Iterator[Draft]:
        if product is None or not self._published(product.fields):
            return
        parent = self._rows.of(product.fields)
        if images and "image" not in parent:
            parent["images"] = parent["image"] = [image for image in images if says(image)]
        if not variants:
            yield Draft(product, parent)
            return
        group = parent.get("group_id") or parent.get("id")
        made = [from_parent(self._variants.of(each.fields), parent) for each in variants]
        if len(made) > 1:
            made = [{**each, "group_id": group} for each in made]
        for record, each in zip(variants, _with_ids(made, parent), strict=True):
            yield Draft(record, each)

    def _with_parents(self, records: Iterable[Record]) -> Iterator[Draft]:
        families = self._families
        for record in records:
            if not any(map(says, record.fields.values())):
                continue
            own = record.fields
            if families.is_parent(own):
                parent = self._rows.of(own) if self._published(own) else None
                for child, fields in families.add_parent(own, parent):
                    yield Draft(child, fields)
                continue
            key = families.parent_of(own)
            if key is None:
                group = families.absent_parent_of(own)
                for draft in self._alone([record]):
                    yield (
                        draft
                        if group is None
                        else Draft(record, {"group_id": group, **draft.fields})
                    )
            elif self._published(own):
                for child, fields in families.add_child(key, record, self._rows.of(own)):
                    yield Draft(child, fields)


_OF_ONE_VARIANT = frozenset({
    "id", "image", "price", "sale_price", "list_price", "currency", "stock", "availability",
    "backorders", "stock_tracked", "identifiers",
})  # fmt: skip


def _cell(row: Mapping[str, Any], names: Iterable[str]) -> object:
    """The first filled of these columns, as text."""
    wanted = {name_key(name) for name in names}
    for name, value in row.items():
        if name_key(name) in wanted and says(value):
            return str(value).strip()
    return None


def _words(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(name_key, names))


def _with_ids(variants: list[Fields], parent: Fields) -> list[Fields]:
    """Each with an id of its own: its own, else the parent's with its options behind."""
    made: list[Fields] = []
    taken: set[str] = set()
    told = [fields.get("more_attributes", {}) for fields in variants]
    differ = [
        name
        for name in dict.fromkeys(name for each in told for name in each)
        if len({str(each.get(name)) for each in told}) > 1
    ]
    for fields in variants:
        own = fields.get("id")
        if not says(own) or str(own) in taken:
            base = parent.get("id") or parent.get("group_id")
            if base is not None:
                held = fields.get("more_attributes", {})
                options = [str(held[name]) for name in differ if name in held]
                tail = options if len(variants) > 1 else []
                own = "-".join(filter(None, [str(base), *map(_slug, tail[:4])]))[:240]
                number = 2
                while own in taken:
                    own, number = f"{own}-{number}", number + 1
        if says(own):
            taken.add(str(own))
            made.append({**fields, "id": own})
        else:
            made.append(fields)
    return made


def _slug(text: str) -> str:
    return _NOT_IN_IDS.sub("-", text.strip().lower()).strip("-")[:40]
