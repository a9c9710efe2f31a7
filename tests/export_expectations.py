"""Whether an index holds what was expected of an export: see tests/exports/expected.json."""

import json
import re
import unicodedata
import urllib.parse

STRICT = {
    "relax": "off", "correct": "off", "synonyms": "off", "semantic": "off",
    "entities": "off", "implied": "off",
}  # fmt: skip


def norm(value):
    text = unicodedata.normalize("NFKC", str(value)).casefold()
    return re.sub(r"\s+", " ", text).strip()


def name_key(name):
    key = re.sub(r"[\s_\-]+", "", norm(name))
    return "color" if key == "colour" else key


def short(value, n=90):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= n else text[: n - 1] + "…"


def number(value):
    try:
        return float(str(value).strip())
    except ValueError:
        return None


def same(want, got):
    """Whether a read value is what was expected (see README.md: Values)."""
    if isinstance(want, dict):
        if "any" in want:
            return any(same(w, got) for w in want["any"])
        if "absent" in want:
            return (got in (None, "", [], {})) == bool(want["absent"])
        if "has" in want:
            return got is not None and norm(want["has"]) in norm(
                got if isinstance(got, str) else " ".join(map(str, got))
            )
        if "not_has" in want:
            flat = (
                ""
                if got is None
                else got
                if isinstance(got, str)
                else json.dumps(got, ensure_ascii=False)
            )
            return norm(want["not_has"]) not in norm(flat)
    if want is None:
        return got in (None, "", [])
    if got is None:
        return False
    if isinstance(want, list):
        got = got if isinstance(got, list) else [got]
        return [norm(x) for x in want] == [norm(x) for x in got]
    if isinstance(got, list):
        return len(got) == 1 and same(want, got[0])
    if isinstance(want, bool) or isinstance(got, bool):
        return norm(want) == norm(got)
    if isinstance(want, (int, float)):
        value = number(got)
        return value is not None and abs(value - want) < 0.005
    if norm(want) == norm(got):
        return True
    a, b = number(want), number(got)
    return (
        a is not None
        and b is not None
        and abs(a - b) < 1e-9
        and not str(want).strip().startswith("0")
    )


def same_set(want, got):
    """Attributes: lists as sets; a text "a, b" is no list."""
    if isinstance(want, list):
        got = got if isinstance(got, list) else [got]
        return sorted(norm(x) for x in want) == sorted(norm(x) for x in got)
    return same(want, got)


def stock_ok(want, got):
    if want == "in":
        return got is not None and number(got) is not None and number(got) > 0
    if want == "out":
        return got is not None and number(got) is not None and number(got) <= 0
    return same(want, got)


class Shop:
    def __init__(self, client, index):
        self.client, self.index = client, index
        self.all = None

    def get(self, path, **params):
        pairs = [("index", self.index)]
        for key, value in params.items():
            pairs += [(key, v) for v in value] if isinstance(value, list) else [(key, value)]
        answer = self.client.get(path, params=pairs)
        return answer.status_code, answer.json() if answer.content else {}

    def search(self, q, **params):
        return self.get("/v1/search", q=q, **params)

    def browse(self):
        """All groups: one hit each, with how many variants it has."""
        if self.all is None:
            hits, total = [], 0
            for page in range(1, 11):
                status, body = self.search("", page=page, page_size=100)
                if status != 200:
                    break
                total = body["total"]
                hits += body["hits"]
                if len(hits) >= total or not body["hits"]:
                    break
            self.all = total, hits
        return self.all

    def product(self, pid):
        status, body = self.get("/v1/products/" + urllib.parse.quote(str(pid), safe=""))
        return body if status == 200 else None

    def find(self, key, find):
        """A product by its id, else by ids offered, else by title (and attributes)."""
        for pid in find.get("ids") or ([] if "title" in find else [key]):
            found = self.product(pid)
            if found is not None:
                return found
        if "title" not in find:
            return None
        title = norm(find["title"])

        def fits(product):
            if title not in norm(product.get("title") or ""):
                return False
            if "sku" in find and norm(find["sku"]) not in [
                norm(i) for i in (product.get("identifiers") or [])
            ] + [norm(product.get("id"))]:
                return False
            return all(
                self.attribute(product, n)[0] and same_set(v, self.attribute(product, n)[1])
                for n, v in (find.get("attributes") or {}).items()
            )

        candidates = list(self.browse()[1])
        for name, value in (find.get("attributes") or {}).items():
            for field in name.split("|"):
                for variant in {field, field.capitalize()}:
                    status, body = self.search(
                        "", filter=f"attributes.{variant}:{value}", page_size=100
                    )
                    if status == 200:
                        candidates += body["hits"]
        if "sku" in find:
            status, body = self.search(find["sku"], page_size=20)
            candidates += body.get("hits", []) if status == 200 else []
        for order in ("price:asc", "price:desc", "stock:asc", "stock:desc"):
            status, body = self.search(find["title"], sort=order, page_size=50)
            candidates += body.get("hits", []) if status == 200 else []
        for hit in candidates:
            if fits(hit["product"]):
                return hit["product"]
        return None

    @staticmethod
    def attribute(product, names):
        attributes = product.get("attributes") or {}
        keys = {name_key(n): v for n, v in attributes.items()}
        for name in names.split("|"):
            if name_key(name) in keys:
                return True, keys[name_key(name)]
        return False, None


def check_file(shop, want, built):
    """Yields (name of the expectation, holds, what was seen)."""
    ok, _, rejected = built
    if ok:
        total, hits = shop.browse()
        variants = sum(hit.get("variants", 1) for hit in hits)
    for field in ("groups", "products", "rejected"):
        if field not in want:
            continue
        if not ok:
            yield f"{field}", False, "build failed"
            continue
        got = {"groups": total, "products": variants, "rejected": rejected}[field]
        allowed = want[field] if isinstance(want[field], list) else [want[field]]
        yield f"{field}={short(want[field])}", got in allowed, got
    for search in want.get("searches", []):
        name = f"search {search['q']!r}"
        if not ok:
            yield name, False, "build failed"
            continue
        status, body = shop.search(search["q"], page_size=10)
        if status != 200:
            yield name, False, f"HTTP {status}"
            continue
        top = (body["hits"] or [{"id": None, "product": {}}])[0]
        good, seen = True, []
        if "first_id_in" in search or "first_title" in search:
            by_id = top["id"] in [str(i) for i in search.get("first_id_in", [])]
            titles = search.get("first_title", [])
            titles = titles if isinstance(titles, list) else [titles]
            by_title = any(norm(t) in norm(top["product"].get("title") or "") for t in titles)
            if not (by_id or by_title):
                good = False
                seen.append(f"first {top['id']} {short(top['product'].get('title') or '', 40)}")
        if "strict_min" in search and body["total_strict"] < search["strict_min"]:
            good = False
            seen.append(f"strict {body['total_strict']}<{search['strict_min']}")
        yield name, good, "; ".join(seen)
    for key, told in want.get("product", {}).items():
        fields = dict(told)
        find = fields.pop("find", {})
        product = shop.find(key, find) if ok else None
        for field, value in fields.items():
            if field == "attributes":
                for names, expected in value.items():
                    name = f"{key}.attributes.{names}"
                    if product is None:
                        yield name, False, "no such product" if ok else "build failed"
                        continue
                    _, got = shop.attribute(product, names)
                    yield (
                        name,
                        same_set(expected, got),
                        f"{short(got, 50)} not {short(expected, 50)}",
                    )
                continue
            name = f"{key}.{field}"
            if product is None:
                yield name, False, "no such product" if ok else "build failed"
                continue
            got = product.get(field)
            holds = (
                stock_ok(value, got)
                if field == "stock"
                else (
                    all(same(v, got) for v in value["all"])
                    if isinstance(value, dict) and "all" in value
                    else str(value) in [str(i) for i in (got or [])]
                    if field == "identifiers" and not isinstance(value, dict)
                    else same(value, got)
                )
            )
            yield name, holds, f"{short(got, 50)} not {short(value, 50)}"
    for facet in want.get("facets", []):
        name = f"facet {facet['field']}={facet['value']}"
        if not ok:
            yield name, False, "build failed"
            continue
        seen = "no such field"
        good = False
        for field in facet["field"].split("|"):
            _, _, rest = field.rpartition("attributes.")
            tries = (
                [field]
                if "attributes." not in field
                else [
                    f"attributes.{r}"
                    for r in dict.fromkeys((rest, rest.capitalize(), rest.lower()))
                ]
            )
            for one in tries:
                status, body = shop.search(facet.get("q", ""), facets=one)
                if status != 200:
                    continue
                values = {
                    norm(v["value"]): v["count"]
                    for v in body["facets"].get(one, {}).get("values", [])
                }
                got = values.get(norm(facet["value"]))
                seen = f"{got} not {facet['count']}"
                if got == facet["count"]:
                    good = True
        yield name, good, seen
    for entry in want.get("absent", []):
        name = f"absent {short(entry, 50)}"
        if not ok:
            yield name, False, "build failed"
            continue
        if isinstance(entry, dict):
            status, body = shop.search(entry["title"], page_size=50)
            seen = [
                h["id"]
                for h in body.get("hits", []) + shop.browse()[1]
                if norm(entry["title"]) in norm(h["product"].get("title") or "")
            ]
            yield name, not seen, f"published as {seen[:1]}"
        else:
            found = shop.product(entry)
            yield name, found is None, "published"
    for word in want.get("not_searchable", []):
        name = f"not searchable {word!r}"
        if not ok:
            yield name, False, "build failed"
            continue
        status, body = shop.search(word, **STRICT)
        yield (
            name,
            status == 200 and body["total_strict"] == 0,
            f"{body.get('total_strict')} strict",
        )
