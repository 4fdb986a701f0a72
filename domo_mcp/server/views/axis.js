"use strict";

// What the charts stand in: numbers and dates as people read them, axes, colours, the legend.

const MOST_SERIES = 8;
const DASHES = ["", "6 3", "2 2", "10 3 2 3", "4 4", "12 4", "1 3", "8 2"]; // told apart without colours, too
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const titled = (column) => column?.title || column?.name || "";

const percent = (value, column, digits) =>
  (value / column.whole).toLocaleString("en", { style: "percent", maximumFractionDigits: digits });

/** A number as words tell it, and as short as axes need it; shares in percent. */
const figure = (value, column) => (column?.whole ? percent(value, column, 2)
  : value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : 4 }));
const compact = (value, column) => (column?.whole ? percent(value, column, 2)
  : value.toLocaleString("en", { notation: "compact", maximumFractionDigits: Math.abs(value) >= 1000 ? 1 : 4 }));

const timeOf = (text) => Date.parse(/^\d{4}-\d{2}$/.test(text) ? `${text}-01` : text.replace(" ", "T").replace(/Z?$/, text.length > 10 ? "Z" : ""));

/** How dates are written: as coarsely as still tells them apart. */
function dated(keys) {
  const fine = keys.some((key) => !/^\d{4}-\d{2}(-\d{2}([T ]00:00(:00(\.0+)?)?Z?)?)?$/.test(key));
  const days = keys.some((key) => key.length > 7 && key.slice(8, 10) !== "01");
  const months = keys.some((key) => key.slice(5, 7) !== "01");
  return (key) => {
    if (!/^\d{4}-\d{2}/.test(key)) return key;
    const [year, month, day, time] = [key.slice(0, 4), MONTHS[key.slice(5, 7) - 1], key.slice(8, 10), key.slice(11, 16)];
    if (fine) return `${day} ${month} ${year} ${time}`;
    return days ? `${day} ${month} ${year}` : months ? `${month} ${year}` : year;
  };
}

/** An SVG element; texts are texts here, too. */
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Round figures from `low` to `high`, about five. */
function ticks(low, high) {
  const span = high - low || Math.abs(high) || 1;
  const raw = span / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw) * power;
  const first = Math.floor(low / step);
  const count = Math.min(Math.ceil(high / step) - first, 12) || 1; // counted: steps of huge figures may not move them
  return Array.from({ length: count + 1 }, (_, place) => Number(((first + place) * step).toPrecision(15)));
}

/** The frame of a chart with a y axis: its SVG, the scale of y and the sides of what is drawn in it. */
function framed(width, marks, alt, column) {
  const height = width < 480 ? 240 : 300;
  const side = { left: 14 + 6.4 * Math.max(...marks.map((mark) => compact(mark, column).length)), right: width - 12, top: 10, bottom: height - 26 };
  const [low, high] = [marks[0], marks.at(-1)];
  const y = (value) => side.bottom - ((value - low) / (high - low || 1)) * (side.bottom - side.top);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": alt });
  for (const mark of marks) {
    picture.append(
      svg("line", { class: mark === 0 ? "zero" : "axis", x1: side.left, x2: side.right, y1: y(mark), y2: y(mark) }),
      svg("text", { x: side.left - 6, y: y(mark) + 4, "text-anchor": "end" }, compact(mark, column)));
  }
  return { picture, width, y, side };
}

/** Names below the axis, as many as there is room for. */
function below(frame, labels, x) {
  const room = (frame.side.right - frame.side.left) / labels.length;
  const most = Math.max(5, Math.floor(room / 6.2));
  const longest = Math.min(Math.max(...labels.map((label) => label.length)), Math.max(most, 12));
  const every = Math.max(1, Math.ceil((longest * 6.4 + 8) / room));
  const half = longest * 2.8;
  let free = -Infinity;
  labels.forEach((label, place) => {
    const at = Math.min(Math.max(x(place), half), frame.width - half - 4);
    if (place % every || at - half < free) return;
    free = at + half + 6;
    frame.picture.append(svg("text", { x: at, y: frame.side.bottom + 17, "text-anchor": "middle" },
      svg("title", {}, label), short(label, longest)));
  });
}

const colour = (place) => `var(--c${place % MOST_SERIES})`;

function legend(series, type) {
  if (series.length < 2) return [];
  return [make("div", { class: "row", id: "legend", role: "list", "aria-label": "Legend" }, ...series.map((name, place) => {
    const mark = type === "line"
      ? svg("line", { x1: 0, x2: 22, y1: 5, y2: 5, "stroke-width": 2.5, "stroke-dasharray": DASHES[place % MOST_SERIES] || null })
      : svg("rect", { width: 10, height: 10, rx: 2 });
    mark.style[type === "line" ? "stroke" : "fill"] = colour(place);
    const wide = type === "line" ? 22 : 10;
    return make("span", { title: name, role: "listitem" },
      svg("svg", { width: wide, height: 10, viewBox: `0 0 ${wide} 10`, "aria-hidden": "true" }, mark), make("bdi", {}, name));
  }))];
}
