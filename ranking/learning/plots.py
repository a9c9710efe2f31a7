"""Small inline SVG plots of the evaluation report: no script, no outside file."""

from collections.abc import Sequence
from html import escape

from ranking.learning.significance import Interval

WIDTH = 640
ROW = 26
LABEL = 170
LEFT_PAD = 8


def interval_plot(title: str, rows: Sequence[tuple[str, Interval]], baseline: str) -> str:
    """One bar a ranker with a whisker over its confidence interval, from 0 to the largest end.

    The baseline's mean is a dashed line through all rows.
    """
    top = max((max(interval.high, interval.mean) for _, interval in rows), default=0.0)
    scale = (WIDTH - LABEL - 70) / (top if top > 0 else 1.0)
    height = ROW * len(rows) + 8
    parts = [_open(title, height)]
    for number, (name, interval) in enumerate(rows):
        y = ROW * number + 6
        middle = y + 8
        mean, low, high = (
            LABEL + scale * max(0.0, v) for v in (interval.mean, interval.low, interval.high)
        )
        kind = "base" if name == baseline else "bar"
        parts.append(
            f'<text class="label" x="{LABEL - LEFT_PAD}" y="{y + 12}" text-anchor="end">'
            f"{escape(_cut(name))}</text>"
            f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{mean - LABEL:.1f}" height="16"/>'
            f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8'
            f'M{high:.1f} {middle - 4}v8"/>'
            f'<text x="{high + LEFT_PAD:.1f}" y="{y + 12}">{interval.mean:.3f}</text>'
        )
        if name == baseline:
            parts.append(f'<path class="line" d="M{mean:.1f} 0V{height}"/>')
    return "".join([*parts, "</svg>"])


def gain_plot(title: str, gains: Sequence[tuple[str, float]]) -> str:
    """One thin bar a query, the largest gain first: up is better, down is worse.

    Hovering names the query. More than 600 queries are thinned evenly, both ends kept.
    """
    shown = _thinned(gains, 600)
    height, middle = 160, 80
    top = max((abs(gain) for _, gain in shown), default=0.0)
    scale = (middle - 8) / (top if top > 0 else 1.0)
    step = WIDTH / max(1, len(shown))
    parts = [_open(title, height), f'<path class="axis" d="M0 {middle}H{WIDTH}"/>']
    for number, (name, gain) in enumerate(shown):
        size = abs(gain) * scale
        y = middle - size if gain > 0 else middle
        parts.append(
            f'<rect class="{"win" if gain > 0 else "loss"}" x="{number * step:.2f}" y="{y:.1f}" '
            f'width="{max(0.6, step * 0.8):.2f}" height="{size:.1f}">'
            f"<title>{escape(name)}: {gain:+.3f}</title></rect>"
        )
    parts.append(
        f'<text x="4" y="14">+{top:.3f}</text><text x="4" y="{height - 4}">-{top:.3f}</text>'
    )
    return "".join([*parts, "</svg>"])


def _open(title: str, height: int) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>"
    )


def _cut(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"


def _thinned(gains: Sequence[tuple[str, float]], limit: int) -> Sequence[tuple[str, float]]:
    if len(gains) <= limit:
        return gains
    return [gains[round(i * (len(gains) - 1) / (limit - 1))] for i in range(limit)]
