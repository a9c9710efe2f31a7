"""HTML → text: for fields that shops paste from their pages."""

import html
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_TAG = re.compile(
    r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>|<!--|<!\[CDATA\[|<!DOCTYPE", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_SHORTCODE = re.compile(r"\[/?[a-z][a-z0-9_-]*(?:\s[^\[\]]*|/)?\]")
_SILENT = frozenset({"style", "script", "template", "noscript", "head", "iframe", "svg", "object"})
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
    "tt", "u", "var", "wbr", "-text",
})  # fmt: skip
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?\n[ \n]*")
_TWICE = 2


def text_of_html(text: str) -> str:
    """The text without tags, styles, scripts and comments, entities decoded; blocks on lines of
    their own. Text without `<` and `&` is given back as it is; a bare `<` stays one.
    """
    for _ in range(_TWICE):  # feeds write `&lt;p&gt;`: an entity may hide a tag
        if "<" in text and _TAG.search(text):
            text = _parsed(text)
        elif "&" in text and _ENTITY.search(text):
            text = html.unescape(text)
        else:
            break
    return text


def may_be_html(text: str) -> bool:
    """Whether `text_of_html` may change it."""
    return "<" in text or ("&" in text and _ENTITY.search(text) is not None)


def without_shortcodes(text: str) -> str:
    """Without WordPress's `[gallery ids="3,4"]`."""
    return _SHORTCODE.sub(" ", text) if "[" in text else text


def _parsed(text: str) -> str:
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    root = LexborHTMLParser(text).body
    if root is None:
        return ""
    pieces: list[str] = []
    _collect(root, pieces)
    joined = _SPACES.sub(" ", "".join(pieces))
    return _BREAKS.sub("\n", joined).strip()


def _collect(root: LexborNode, pieces: list[str]) -> None:
    """In document order, without recursion: pages nest deeper than Python's stack."""
    todo: list[LexborNode | str] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            pieces.append(node)
            continue
        tag = node.tag or ""
        if tag == "-text":
            pieces.append(node.text_content or "")
            continue
        if tag in _SILENT or tag.startswith("-"):
            continue
        if tag == "br":
            pieces.append("\n")
            continue
        block = tag not in _INLINE
        if block:
            pieces.append("\n")
            todo.append("\n")
        children = list(node.iter(include_text=True))
        todo.extend(reversed(children))
