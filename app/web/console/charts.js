// Charts by uPlot (uplot/NOTICE.txt), which is fetched when the first one is drawn.
import { make } from "../shop/elements.js";
import { language } from "./strings.js";

const HEIGHT = 220;
const DAY_S = 86_400;
let loading = null;

function fetched() {
  loading ??= new Promise((resolve, reject) => {
    document.head.append(make("link", { rel: "stylesheet", href: "console/uplot/uPlot.min.css" }),
      make("script", { src: "console/uplot/uPlot.iife.min.js", onload: () => resolve(globalThis.uPlot), onerror: () => reject(new Error("uPlot")) }));
  });
  return loading;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Days along the axis. series: [{label, values, share?, bars?}], shares on an axis of their own; the
// table beside it says the same for whoever does not see it.
export async function dayChart(place, label, days, series) {
  const Plot = await fetched();
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
  const percent = new Intl.NumberFormat(language, { style: "percent" });
  const plain = new Intl.NumberFormat(language, { notation: "compact" });
  const date = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", timeZone: "UTC" });
  const colours = [colour("--deep"), colour("--plus"), colour("--tag")];
  const options = {
    width: Math.max(280, place.clientWidth), height: HEIGHT, tzDate: (at) => new Date(at * 1000), cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most)] }, share: { range: (_, __, most) => [0, Math.min(1, Math.max(0.01, most * 1.1))] } },
    axes: [{ ...axis, incrs: [1, 2, 7, 14, 28].map((each) => each * DAY_S), values: (_, ticks) => ticks.map((at) => date.format(new Date(at * 1000))) },
      { ...axis, values: (_, ticks) => ticks.map((value) => plain.format(value)) },
      { ...axis, scale: "share", side: 1, size: 64, grid: { show: false }, values: (_, ticks) => ticks.map((value) => percent.format(value)) }],
    series: [{ value: (_, at) => (at ? date.format(new Date(at * 1000)) : "") }, ...series.map((each, number) => ({
      label: each.label, scale: each.share ? "share" : "y", stroke: colours[number % colours.length], width: 2,
      value: (_, value) => (value === null ? "–" : each.share ? percent.format(value) : plain.format(value)), points: { show: days.length < 40 },
    }))],
  };
  place.replaceChildren();
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", label);
  const chart = new Plot(options, [days, ...series.map((each) => each.values)], place);
  new ResizeObserver(() => chart.setSize({ width: Math.max(280, place.clientWidth), height: HEIGHT })).observe(place);
}
