"""What a Chinese or Japanese query denies: 不含糖, 砂糖不使用."""

import re
from collections.abc import Iterator

from indexing.analysis.chunks import is_cjk
from indexing.analysis.pinyin import han_words, has_han
from ranking.query.denial_words import CJK_AFTER, CJK_BEFORE, CJK_FILLERS, CJK_PARTICLES
from ranking.query.words import QueryWords

Places = tuple[int, ...]


def denied_in_cjk(words: QueryWords) -> Iterator[tuple[Places, Places]]:
    """Positions of the denying words and of the denied ones, ascending.

    By words of a segmenter: 无 in 无线 (wireless) denies nothing.
    """
    if words.text.isascii() or not any(is_cjk(sign) for sign in words.text):
        return
    start = 0
    pieces = han_words(words.text) if has_han(words.text) else []
    at: list[tuple[int, str]] = []
    for piece in pieces:
        start = words.text.find(piece, start)
        at.append((start, piece))
        start += len(piece)
    for place, (begin, piece) in enumerate(at[:-1]):
        after, following = at[place + 1]
        if piece in CJK_BEFORE or (piece == "不" and following.startswith(CJK_FILLERS)):
            if following in CJK_FILLERS and place + 2 < len(at):
                after, following = at[place + 2]
            filler = next((f for f in CJK_FILLERS if following.startswith(f)), "")
            denied = words.positions(after + len(filler), after + len(following))
            marker = words.positions(begin, after + len(filler))
            yield (tuple(sorted(marker)), tuple(sorted(denied)))
    for marker_text in CJK_AFTER:
        place = words.text.find(marker_text)
        if place > 0:
            before = re.search(r"\S+$", words.text[:place].rstrip())
            if before is not None:
                end = before.start() + len(before.group().rstrip(CJK_PARTICLES))
                denied = words.positions(before.start(), end)
                marker = words.positions(end, place + len(marker_text))
                yield (tuple(sorted(marker)), tuple(sorted(denied)))
