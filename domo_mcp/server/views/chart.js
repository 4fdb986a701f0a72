"use strict";

// A chart of the rows, drawn as SVG: bar, line, area, scatter, heat map. Several rows of one place add up.

const TYPES = { bar: "Bar", line: "Line", area: "Area", scatter: "Scatter", heatmap: "Heat map" };
const MOST_BARS = 60;
const PERIOD = /^(fiscal )?(year|quarter|month|week|day|weekday|hour)$/i;
const KEY = /(^|[ _])(id|key|code|zip|number|no)$/i;

const chart = {
  columns: [],
  rows: [],
  choice: null, // type, x, y, series, title
  partly: { x: "", keys: new Set(), notes: [] }, // what of x is in the rows only in part

  /** Takes rows, and what to draw of them where somebody has chosen. */
  fill(columns, rows, choice) {
    chart.columns = columns.map((column, place) => ({ ...column, kind: kindOf(column, rows, place) }));
    chart.rows = rows;
    const names = new Set(columns.map((column) => column.name));
    const good = choice && choice.type in TYPES && names.has(choice.x) && names.has(choice.y);
    chart.choice = good ? { ...choice, series: names.has(choice.series) ? choice.series : "" } : suggested(chart.columns, rows);
    chart.partly = { x: choice?.x || "", keys: new Set((choice?.partly || []).map(named)), notes: choice?.notes || [] };
    if (chart.choice) chart.offer();
  },

  possible: () => chart.choice !== null && chart.rows.length > 1,

  column: (name) => chart.columns.find((column) => column.name === name),

  place: (name) => chart.columns.findIndex((column) => column.name === name),

  /** The choices a person has. */
  offer() {
    const all = chart.columns.map((column) => column.name);
    const numbers = chart.columns.filter((column) => column.kind === "number" || column.kind === "period").map((c) => c.name);
    const field = (label, name, options) => make("label", { class: "field" }, label,
      make("select", { "aria-label": label, onchange: (event) => { chart.choice[name] = event.target.value; chart.draw(); } },
        ...options.map(([value, text]) => make("option", { value, selected: value === chart.choice[name] }, text))));
    const same = (names) => names.map((name) => [name, titled(chart.column(name))]);
    byId("choices").replaceChildren(
      field("Type", "type", Object.entries(TYPES)), field("X", "x", same(all)), field("Y", "y", same(numbers)),
      field("Series", "series", [["", "None"], ...same(all)]));
  },

  draw() {
    const box = byId("chart");
    const width = Math.floor(box.clientWidth);
    if (!chart.possible() || width < 50) return;
    const drawn = draw(chart.choice, chart.rows, width);
    box.replaceChildren(...drawn);
  },
};

function kindOf(column, rows, place) {
  if (isNumeric(rows, place)) return PERIOD.test(column.name) ? "period" : "number";
  const values = rows.slice(0, 500).map((row) => row[place]).filter((value) => value !== null && value !== undefined);
  if (values.length && values.every((value) => /^\d{4}-\d{2}(-\d{2}|$)/.test(String(value)))) return "date";
  return "text";
}

/** What is drawn unasked: numbers over time as lines, over names as bars, two numbers as points; else nothing. */
function suggested(columns, rows) {
  const of = (kind) => columns.filter((column) => column.kind === kind);
  const numbers = of("number");
  const measures = numbers.filter((column) => !KEY.test(column.name));
  const y = (measures.length ? measures : numbers)[0];
  if (!y) return null;
  const x = of("date")[0] || of("period")[0] || of("text")[0] || measures.find((column) => column !== y);
  if (!x) return null;
  const others = [...of("text"), ...of("period")].filter((column) => column !== x);
  const series = others.find((column) => distinct(rows, columns.indexOf(column)) <= (x.kind === "text" ? 40 : MOST_SERIES));
  const wide = series && distinct(rows, columns.indexOf(series)) > MOST_SERIES;
  const type = x.kind === "number" ? "scatter" : wide ? "heatmap" : x.kind === "date" ? "line" : "bar";
  return { type, x: x.name, y: y.name, series: series ? series.name : "", title: "" };
}

const distinct = (rows, place) => new Set(rows.map((row) => row[place])).size;

const named = (value) => (value === null || value === undefined ? "NULL" : String(value));

const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Sums by x and series: the keys in order, `at(x, series)` the value or null, and whether several rows added up. */
function grouped(choice, rows) {
  const [x, y, s] = [choice.x, choice.y, choice.series].map(chart.place);
  const sums = new Map();
  const totals = new Map();
  const keys = new Map();
  const missing = new Set();
  let added = false;
  for (const row of rows) {
    const value = row[y];
    const key = named(row[x]);
    const series = s < 0 ? "" : named(row[s]);
    if (typeof value !== "number" || !Number.isFinite(value)) {
      missing.add(JSON.stringify([key, series]));
      continue;
    }
    if (!keys.has(key)) keys.set(key, keys.size);
    totals.set(series, (totals.get(series) || 0) + Math.abs(value));
    const cell = JSON.stringify([key, series]);
    if (sums.has(cell)) added = true;
    sums.set(cell, (sums.get(cell) || 0) + value);
  }
  for (const cell of missing) if (!keys.has(JSON.parse(cell)[0]) && sums.size) keys.set(JSON.parse(cell)[0], keys.size);
  let xs = [...keys.keys()];
  if (["date", "period", "number"].includes(chart.columns[x].kind)) xs.sort(collator.compare);
  const all = [...totals.keys()];
  const most = choice.type === "heatmap" ? 40 : MOST_SERIES;
  const kept = all.length <= most ? all
    : all.sort((a, b) => totals.get(b) - totals.get(a)).slice(0, most - (choice.type === "heatmap" ? 0 : 1));
  const rest = choice.type === "heatmap" ? [] : all.filter((series) => !kept.includes(series));
  const at = (key, series) => sums.get(JSON.stringify([key, series])) ?? null;
  const others = (key) => rest.reduce((sum, series) => (at(key, series) === null ? sum : (sum || 0) + at(key, series)), null);
  const cut = choice.type === "bar" && xs.length > MOST_BARS ? xs.length - MOST_BARS
    : choice.type === "heatmap" && xs.length > 60 ? xs.length - 60 : 0;
  if (cut) xs = xs.slice(0, xs.length - cut);
  const text = chart.columns[x].kind === "date" ? dated(xs) : (key) => key;
  return {
    xs, text, added, isMissing: (key, series) => missing.has(JSON.stringify([key, series])),
    partly: (key) => chart.partly.x === choice.x && chart.partly.keys.has(key), cut, series: rest.length ? [...kept, "Other"] : kept,
    at: (key, series) => (rest.length && series === "Other" ? others(key) : at(key, series)),
  };
}

function draw(choice, rows, width) {
  if (choice.type === "scatter") return scatter(choice, rows, width);
  const data = grouped(choice, rows);
  if (!data.xs.length) return [make("p", { class: "dim" }, `${titled(chart.column(choice.y))} has no numbers to draw.`)];
  return choice.type === "heatmap" ? heatmap(choice, data, width) : bars(choice, data, width);
}

function heading(choice, data) {
  const [x, y, series] = [choice.x, choice.y, choice.series].map((name) => titled(chart.column(name)));
  return `${data.added ? "Sum of " : ""}${y} by ${x}${choice.series ? ` and ${series}` : ""}`;
}

/** Bars and areas stand on one another, lines do not. */
function bars(choice, data, width) {
  const column = chart.column(choice.y);
  const stacked = choice.type !== "line";
  const ends = data.xs.flatMap((key) => {
    const values = data.series.map((series) => data.at(key, series)).filter((value) => value !== null);
    const sum = (sign) => values.filter((value) => value * sign > 0).reduce((a, b) => a + b, 0);
    return stacked ? [sum(1), sum(-1)] : values;
  });
  const flat = choice.type === "line" && Math.min(...ends) > 0 && Math.min(...ends) > 0.6 * Math.max(...ends);
  const frame = framed(width, ticks(flat ? Math.min(...ends) : Math.min(0, ...ends), Math.max(0, ...ends)), alternative(choice, data), column);
  const step = (frame.side.right - frame.side.left) / data.xs.length;
  const along = choice.type === "bar" ? null : times(choice, data, frame);
  const middle = (place) => (along ? along.at(place) : frame.side.left + step * (place + 0.5));
  const floor = data.xs.map(() => [0, 0]);
  data.series.forEach((series, which) => {
    const points = data.xs.map((key, place) => {
      const value = data.at(key, series);
      if (!stacked || value === null) return value === null ? null : [middle(place), frame.y(value), frame.y(0)];
      const sign = value < 0 ? 1 : 0;
      const from = floor[place][sign];
      floor[place][sign] += value;
      return [middle(place), frame.y(from + value), frame.y(from)];
    });
    const broken = (place) => along?.hole(place) || data.isMissing(data.xs[place], series);
    frame.picture.append(...shapes(choice.type, points, step, which, broken, (place) => data.partly(data.xs[place])));
  });
  below(frame, data.xs.map(data.text), middle);
  return [caption(heading(choice, data), data), ...legend(data.series, choice.type), told(frame, (x) => {
    const place = along ? along.nearest(x) : Math.floor((x - frame.side.left) / step);
    const key = data.xs[place];
    if (key === undefined) return null;
    const values = data.series.map((series) => [series, data.at(key, series)]).filter(([, value]) => value !== null);
    return [data.text(key), ...values.map(([series, value]) => `${series ? `${short(series, 40)}: ` : ""}${figure(value, column)}`)].join("\n");
  }), ...notes(choice)];
}

/** Dates where they stand in time, and the stretches where they are missing for long; null where x has none. */
function times(choice, data, frame) {
  if (chart.column(choice.x).kind !== "date" || data.xs.length < 2) return null;
  const moments = data.xs.map(timeOf);
  if (!moments.every(Number.isFinite)) return null;
  const [from, to] = [moments[0], moments.at(-1)];
  const steps = moments.slice(1).map((moment, place) => moment - moments[place]);
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)];
  const at = (place) => frame.side.left + 8 + ((moments[place] - from) / (to - from || 1)) * (frame.side.right - frame.side.left - 16);
  return {
    at,
    hole: (place) => place > 0 && steps.length >= 6 && steps[place - 1] > 5 * usual,
    nearest: (x) => moments.reduce((best, _, place) => (Math.abs(at(place) - x) < Math.abs(at(best) - x) ? place : best), 0),
  };
}

function shapes(type, points, step, which, broken, partly) {
  const paint = (element, property) => { element.style[property] = colour(which); return element; };
  if (type === "bar") {
    const wide = Math.max(1, Math.min(step * 0.76, 64));
    return points.map((point, place) => point && paint(svg("rect", {
      x: point[0] - wide / 2, y: Math.min(point[1], point[2]), width: wide, height: Math.max(0.5, Math.abs(point[2] - point[1])),
      rx: 1.5, "fill-opacity": partly(place) ? 0.4 : null }), "fill")).filter(Boolean);
  }
  const pieces = [[]];
  points.forEach((point, place) => {
    if (broken(place) && pieces.at(-1).length) pieces.push([]);
    if (point) pieces.at(-1).push([...point, partly(place)]);
  });
  const drawn = pieces.filter((piece) => piece.length).flatMap((piece) => {
    const path = (each) => each.map(([x, y], place) => `${place ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const line = paint(svg("path", { d: path(piece), fill: "none", "stroke-width": 2, "stroke-linejoin": "round",
      "stroke-dasharray": (type === "line" && DASHES[which % MOST_SERIES]) || null }), "stroke");
    if (type !== "area") return [line];
    const foot = piece.map(([x, , low]) => [x, low]).reverse();
    return [paint(svg("path", { d: `${path(piece)}${path(foot).replace("M", "L")}Z`, "fill-opacity": 0.45 }), "fill"), line];
  });
  const there = pieces.flat();
  const many = there.length > 60 || type === "area";
  const dots = there.filter((point) => point[3] || !many || there.length === 1).map(([x, y, , part]) =>
    paint(svg("circle", { cx: x, cy: y, r: part ? 3.5 : 2.5, class: part ? "partly" : null }), part ? "stroke" : "fill"));
  return [...drawn, ...dots];
}

/** What is in the rows only in part, below the picture. */
function notes(choice) {
  if (chart.partly.x !== choice.x) return [];
  return chart.partly.notes.map((note) => make("p", { class: "small notice note" }, make("bdi", {}, `${note[0].toUpperCase()}${note.slice(1)}.`)));
}

/** One path for all points of a series: ten thousand of them are as few elements as ten. */
function scatter(choice, rows, width) {
  const [x, y, s] = [choice.x, choice.y, choice.series].map(chart.place);
  const number = (value) => (typeof value === "number" ? value : chart.columns[x].kind === "date" ? Date.parse(value) : NaN);
  const points = rows.map((row) => ({ x: number(row[x]), y: row[y], series: s < 0 ? "" : named(row[s]), row }))
    .filter((point) => Number.isFinite(point.x) && typeof point.y === "number");
  if (!points.length) return [make("p", { class: "dim" }, `Points need numbers: ${choice.x} or ${choice.y} has none.`)];
  const across = (pick) => points.reduce(([low, high], point) => [Math.min(low, pick(point)), Math.max(high, pick(point))], [Infinity, -Infinity]);
  const [low, high] = across((point) => point.x);
  const [along, up] = [chart.column(choice.x), chart.column(choice.y)];
  const text = `${titled(up)} against ${titled(along)}`;
  const frame = framed(width, ticks(...across((point) => point.y)), `Scatter chart: ${text}, ${points.length} points.`, up);
  const marks = chart.columns[x].kind === "date" ? [low, high] : ticks(low, high);
  const [from, to] = [Math.min(low, marks[0]), Math.max(high, marks.at(-1))];
  const at = (value) => frame.side.left + 6 + ((value - from) / (to - from || 1)) * (frame.side.right - frame.side.left - 12);
  const dates = chart.columns[x].kind === "date";
  for (const mark of marks) {
    const anchor = mark === marks[0] ? "start" : mark === marks.at(-1) ? "end" : "middle";
    frame.picture.append(svg("text", { x: at(mark), y: frame.side.bottom + 17, "text-anchor": anchor },
      dates ? new Date(mark).toISOString().slice(0, 10) : compact(mark, along)));
  }
  const names = [...new Set(points.map((point) => point.series))];
  const series = names.length > MOST_SERIES ? [""] : names;
  series.forEach((name, which) => {
    const own = series.length === 1 ? points : points.filter((point) => point.series === name);
    const path = svg("path", { "stroke-width": own.length > 2000 ? 3 : 6, "stroke-linecap": "round", "stroke-opacity": 0.6, fill: "none",
      d: own.map((point) => `M${at(point.x).toFixed(1)} ${frame.y(point.y).toFixed(1)}h0`).join("") });
    path.style.stroke = colour(which);
    frame.picture.append(path);
  });
  return [caption(text, {}), ...legend(series, "scatter"), told(frame, (px, py) => {
    let best = null;
    let near = 400;
    for (const point of points) {
      const far = (at(point.x) - px) ** 2 + (frame.y(point.y) - py) ** 2;
      if (far < near) { near = far; best = point; }
    }
    return best && `${titled(along)}: ${dates ? named(best.row[x]) : figure(best.x, along)}\n${titled(up)}: ${figure(best.y, up)}${best.series ? `\n${short(best.series, 40)}` : ""}`;
  })];
}

function heatmap(choice, data, width) {
  const column = chart.column(choice.y);
  const longest = Math.min(18, Math.max(...data.series.map((name) => name.length)));
  const left = 14 + longest * 6.4;
  const cell = { width: (width - left - 8) / data.xs.length, height: Math.max(14, Math.min(30, 380 / data.series.length)) };
  const bottom = 8 + cell.height * data.series.length;
  const values = data.xs.flatMap((key) => data.series.map((series) => data.at(key, series))).filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const picture = svg("svg", { viewBox: `0 0 ${width} ${bottom + 24}`, width, height: bottom + 24, role: "img", "aria-label": alternative(choice, data) });
  data.series.forEach((series, row) => {
    const top = 8 + row * cell.height;
    picture.append(svg("text", { x: left - 6, y: top + cell.height / 2 + 4, "text-anchor": "end" }, short(series || titled(column), longest)));
    data.xs.forEach((key, place) => {
      const value = data.at(key, series);
      if (value === null) return;
      const share = (value - low) / (high - low || 1);
      const box = svg("rect", { x: left + place * cell.width, y: top, width: Math.max(1, cell.width - 1.5), height: cell.height - 1.5, rx: 2,
        "fill-opacity": (0.08 + 0.92 * share).toFixed(3) });
      box.style.fill = colour(0);
      picture.append(box);
    });
  });
  const frame = { picture, width, side: { left, right: width - 8, top: 8, bottom } };
  below(frame, data.xs.map(data.text), (place) => left + cell.width * (place + 0.5));
  return [caption(`${heading(choice, data)} · ${figure(low, column)} (pale) to ${figure(high, column)}`, data), told(frame, (x, y) => {
    const [key, series] = [data.xs[Math.floor((x - left) / cell.width)], data.series[Math.floor((y - 8) / cell.height)]];
    const value = key === undefined || series === undefined ? null : data.at(key, series);
    return value === null ? null : `${data.text(key)}${series ? ` · ${short(series, 40)}` : ""}\n${figure(value, column)}`;
  }), ...notes(choice)];
}

/** What is drawn, where the heading does not say it already. */
function caption(text, data) {
  const cut = data.cut ? `the first ${data.xs.length} of ${data.xs.length + data.cut}` : "";
  const said = byId("title").textContent === text ? cut : [text, cut].filter(Boolean).join(" · ");
  return make("p", { class: "small dim caption", hidden: !said }, make("bdi", {}, said));
}

/** The chart in words, for who does not see it. */
function alternative(choice, data) {
  const column = chart.column(choice.y);
  const value = (key, series) => (data.at(key, series) === null ? "none" : figure(data.at(key, series), column));
  const told = data.xs.slice(0, 12).map((key) =>
    `${data.text(key)} ${data.series.map((series) => `${series ? `${series} ` : ""}${value(key, series)}`).join(", ")}`);
  const more = data.xs.length > 12 ? `; and ${data.xs.length - 12} more` : "";
  return short(`${TYPES[choice.type]} chart: ${heading(choice, data)}. ${told.join("; ")}${more}.`, 900);
}

/** The picture with what is under the pointer in words. */
function told(frame, at) {
  const tip = make("div", { id: "tip", hidden: true, "aria-hidden": "true" });
  const box = make("div", { id: "drawing" }, frame.picture, tip);
  box.addEventListener("pointermove", (event) => {
    const { left, top, width } = box.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const text = y > frame.side.bottom ? null : at(x, y);
    tip.hidden = !text;
    tip.textContent = text || "";
    tip.style.left = `${Math.min(x + 12, Math.max(0, width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${Math.max(0, y - tip.offsetHeight - 8)}px`;
  });
  box.addEventListener("pointerleave", () => { tip.hidden = true; });
  return box;
}
