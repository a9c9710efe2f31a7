"""The evaluation report as one HTML page that needs no other file and no script."""

from collections.abc import Mapping, Sequence
from html import escape

from ranking.learning.comparison import Comparison, Importance, Move, Score, moves
from ranking.learning.plots import gain_plot, interval_plot

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--dim:#667;--line:#ccd3dc;--bar:#4c78a8;--base:#9aa7b5;
--win:#2e8b57;--loss:#c0503c;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--dim:#9aa4b2;--line:#394352;--base:#64707f;
--paper:#141a22}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.2rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;margin:.6rem 0}
th,td{text-align:right;padding:.25rem .6rem;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left}
small,.dim{color:var(--dim)}.better,.win{color:var(--win);fill:var(--win)}
.worse,.loss{color:var(--loss);fill:var(--loss)}.wide{overflow-x:auto}
svg{width:100%;max-width:640px;display:block}svg text{font-size:12px;fill:var(--ink)}
.bar{fill:var(--bar)}.base{fill:var(--base)}
.whisker,.axis{stroke:var(--ink);fill:none}.line{stroke:var(--dim);stroke-dasharray:4 3;fill:none}
.warn{border-left:4px solid var(--loss);padding-left:.8rem}
"""


def report_page(
    comparison: Comparison,
    found: Sequence[Score],
    verdicts: Mapping[tuple[str, str], str],
    about: Mapping[str, str],
    importance: Sequence[Importance] = (),
    count: int = 10,
) -> str:
    """Scores with intervals, one plot a measure, gains by query, and the queries moved most.

    verdicts: (ranker, measure) → better, worse or same. count: queries shown at each end.
    The first measure is the one whose gains are shown by query.
    """
    main = comparison.measures[0]
    others = [ranker for ranker in comparison.rankers if ranker != comparison.baseline]
    facts = "".join(f"<tr><td>{escape(k)}</td><td>{escape(v)}</td></tr>" for k, v in about.items())
    warnings = "".join(f'<p class="warn">{escape(text)}</p>' for text in comparison.warnings)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"/>'
        f"<title>Ranking evaluation</title><style>{STYLE}</style></head><body>"
        f"<h1>Ranking evaluation</h1><p>{len(comparison.queries)} judged queries, "
        f"{escape(comparison.mode)} lists. Brackets and whiskers: 95 % bootstrap intervals over "
        "queries. ▲ and ▼: better and worse than "
        f"<b>{escape(comparison.baseline)}</b>, paired randomisation test, p &lt; 0.05.</p>"
        f"{warnings}{_score_table(comparison, found, verdicts)}"
        + "".join(_plots(comparison, found))
        + "".join(_gains(comparison, ranker, main, count) for ranker in others)
        + _importance_table(importance)
        + (f"<h2>About this run</h2><table>{facts}</table>" if facts else "")
        + "</body></html>\n"
    )


def _score_table(
    comparison: Comparison, found: Sequence[Score], verdicts: Mapping[tuple[str, str], str]
) -> str:
    cells = {(score.measure, score.ranker): score for score in found}
    marks = {"better": ' <b class="better">▲</b>', "worse": ' <b class="worse">▼</b>'}
    head = "".join(f"<th>{escape(ranker)}</th>" for ranker in comparison.rankers)
    rows = []
    for measure in comparison.measures:
        row = [f"<td>{escape(measure)}</td>"]
        for ranker in comparison.rankers:
            score = cells.get((measure, ranker))
            if score is None:
                row.append('<td class="dim">-</td>')
                continue
            interval = score.interval
            mark = marks.get(verdicts.get((ranker, measure), "same"), "")
            p = "" if score.versus is None else f' title="p = {score.versus.p_value:.4f}"'
            row.append(
                f"<td{p}>{interval.mean:.3f}{mark}<br/>"
                f"<small>[{interval.low:.3f}, {interval.high:.3f}]</small></td>"
            )
        rows.append(f"<tr>{''.join(row)}</tr>")
    return f'<div class="wide"><table><tr><th>measure</th>{head}</tr>{"".join(rows)}</table></div>'


def _plots(comparison: Comparison, found: Sequence[Score]) -> list[str]:
    plots = []
    for measure in comparison.measures:
        rows = [(score.ranker, score.interval) for score in found if score.measure == measure]
        if rows:
            plot = interval_plot(measure, rows, comparison.baseline)
            plots.append(f"<h2>{escape(measure)}</h2>{plot}")
    return plots


def _gains(comparison: Comparison, ranker: str, measure: str, count: int) -> str:
    ranked = moves(comparison, ranker, measure)
    title = f"{ranker} against {comparison.baseline}, {measure}, by query"
    wins = sum(move.gain > 0 for move in ranked)
    losses = sum(move.gain < 0 for move in ranked)
    gained = [move for move in ranked[:count] if move.gain > 0]
    lost = [move for move in reversed(ranked[-count:]) if move.gain < 0]
    return (
        f"<h2>{escape(title)}</h2>"
        f"<p>{wins} queries gained, {losses} lost, {len(ranked) - wins - losses} stayed.</p>"
        + gain_plot(title, [(move.text, move.gain) for move in ranked])
        + _moves_table("Gained most", gained)
        + _moves_table("Lost most", lost)
    )


def _importance_table(importance: Sequence[Importance]) -> str:
    if not importance:
        return ""
    rows = "".join(
        f"<tr><td>{escape(each.feature)}</td><td>{each.gain:.4f}</td><td>{each.loss:+.4f}</td></tr>"
        for each in importance
    )
    return (
        "<h2>Features</h2><p>Share of the trees' gain, and nDCG@10 lost on held-out queries when "
        "the feature is shuffled within each query.</p><table><tr><th>feature</th><th>gain</th>"
        f"<th>lost</th></tr>{rows}</table>"
    )


def _moves_table(title: str, shown: Sequence[Move]) -> str:
    if not shown:
        return ""
    rows = "".join(
        f"<tr><td>{escape(move.text)} <small>{escape(move.query_id)}</small></td>"
        f"<td>{move.before:.3f}</td><td>{move.after:.3f}</td>"
        f'<td class="{"win" if move.gain > 0 else "loss"}">{move.gain:+.3f}</td></tr>'
        for move in shown
    )
    return (
        f"<table><tr><th>{title}</th><th>before</th><th>after</th><th>gain</th></tr>{rows}</table>"
    )
