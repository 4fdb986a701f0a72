"use strict";

// The rows as a grid: only those in sight are elements, so that ten thousand scroll as ten do. Arrow keys move.

const ROW_PX = 28;
const AHEAD = 12;

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

const grid = {
  columns: [],
  rows: [],
  shown: [], // the rows that pass the filter, in order
  filter: { text: "", column: -1 },
  sort: { column: -1, down: false },
  at: { row: 0, column: 0 },
  onChange: () => {},

  /** Takes new rows; what is sorted and filtered stays so where the columns are the same. */
  fill(columns, rows) {
    const same = columns.map((column) => column.name).join("\n") === grid.columns.map((column) => column.name).join("\n");
    grid.columns = columns.map((column, place) => ({ ...column, ...isNumeric(rows, place) && { number: true, format: formatOf(column, digitsOf(rows, place)) } }));
    grid.rows = rows;
    if (!same) {
      grid.sort = { column: -1, down: false };
      grid.filter = { text: "", column: -1 };
      grid.at = { row: 0, column: 0 };
    }
    const widths = grid.columns.map((column, place) => widthOf(column, rows, place));
    const table = grid.box().querySelector("table");
    table.querySelector("colgroup").replaceChildren(...widths.map((width) => make("col", { style: `width: ${width}px` })));
    table.style.width = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    table.setAttribute("aria-colcount", grid.columns.length);
    grid.arrange();
  },

  box: () => byId("grid"),

  /** Filters and sorts anew. */
  arrange() {
    const passes = test(grid.filter, grid.columns);
    const kept = grid.rows.filter(passes);
    const { column, down } = grid.sort;
    if (column >= 0) {
      const compare = grid.columns[column].number ? (a, b) => a - b : (a, b) => collator.compare(a, b);
      kept.sort((a, b) => ranked(a[column], b[column], compare, down));
    }
    grid.shown = kept;
    grid.at.row = Math.max(0, Math.min(grid.at.row, kept.length - 1));
    grid.box().querySelector("table").setAttribute("aria-rowcount", kept.length + 1);
    grid.head();
    grid.draw(true);
    grid.onChange();
  },

  head() {
    const sorted = (place) => (grid.sort.column !== place ? "none" : grid.sort.down ? "descending" : "ascending");
    const focused = document.activeElement?.closest?.("thead th")?.cellIndex;
    grid.box().querySelector("thead").replaceChildren(make("tr", { "aria-rowindex": 1 }, ...grid.columns.map((column, place) =>
      make("th", { scope: "col", "aria-sort": sorted(place), class: column.number ? "number" : null },
        make("button", { type: "button", title: `${column.name} ${column.type}`, onclick: () => grid.turn(place) },
          make("bdi", {}, titled(column)),
          make("span", { class: "arrow", "aria-hidden": "true" }, { none: "", ascending: "▲", descending: "▼" }[sorted(place)]))))));
    if (focused !== undefined) grid.box().querySelectorAll("thead button")[focused]?.focus();
  },

  /** How the rows are sorted, in words. */
  order() {
    const { column, down } = grid.sort;
    return column < 0 ? "" : `sorted by ${titled(grid.columns[column])}, ${down ? "descending" : "ascending"}`;
  },

  /** Up, then down, then as the rows came. */
  turn(place) {
    const again = grid.sort.column === place;
    grid.sort = again && grid.sort.down ? { column: -1, down: false } : { column: place, down: again };
    grid.arrange();
  },

  drawn: "",

  /** The rows in sight, with space above and below for the others. */
  draw(anew = false) {
    const box = grid.box();
    const height = box.clientHeight || 400;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW_PX) - AHEAD);
    const last = Math.min(grid.shown.length, first + Math.ceil(height / ROW_PX) + 2 * AHEAD);
    if (!anew && grid.drawn === `${first} ${last}`) return;
    grid.drawn = `${first} ${last}`;
    const focused = box.querySelector("tbody")?.contains(document.activeElement);
    const space = (rows) => (rows ? [make("tr", { class: "space", "aria-hidden": "true" },
      make("td", { colspan: grid.columns.length, style: `height: ${rows * ROW_PX}px` }))] : []);
    box.querySelector("tbody").replaceChildren(
      ...space(first),
      ...grid.shown.slice(first, last).map((row, place) => rowOf(row, first + place)),
      ...space(grid.shown.length - last),
    );
    if (focused) grid.cell()?.focus({ preventScroll: true });
  },

  cell: () => grid.box().querySelector('td[tabindex="0"]'),

  /** Moves to a cell and brings it into sight. */
  go(row, column) {
    const box = grid.box();
    grid.at = {
      row: Math.max(0, Math.min(row, grid.shown.length - 1)),
      column: Math.max(0, Math.min(column, grid.columns.length - 1)),
    };
    const top = grid.at.row * ROW_PX;
    const room = box.clientHeight - box.querySelector("thead").offsetHeight - ROW_PX;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top > box.scrollTop + room) box.scrollTop = top - room;
    grid.draw(true);
    grid.cell()?.focus({ preventScroll: true });
    grid.cell()?.scrollIntoView({ block: "nearest", inline: "nearest" });
  },

  key(event) {
    if (!event.target.closest("tbody")) return;
    const { row, column } = grid.at;
    const page = Math.max(1, Math.floor(grid.box().clientHeight / ROW_PX) - 2);
    const all = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [row - page, column], PageDown: [row + page, column],
      Home: [all ? 0 : row, 0], End: [all ? grid.shown.length - 1 : row, grid.columns.length - 1],
    };
    if (!(event.key in moves) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    grid.go(...moves[event.key]);
  },
};

function rowOf(row, place) {
  return make("tr", { "aria-rowindex": place + 2 }, ...grid.columns.map((column, across) => {
    const value = row[across] ?? null;
    const text = textIn(column, value);
    return make("td", {
      role: "gridcell",
      class: [column.number ? "number" : "", value === null ? "null" : ""].join(" ").trim() || null,
      tabindex: place === grid.at.row && across === grid.at.column ? 0 : -1,
      title: text !== String(value) && value !== null ? String(value) : text.length > 20 ? text : null,
      onclick: () => { grid.go(place, across); },
    }, make("bdi", {}, text));
  }));
}

/** Whether a column has numbers and nothing else. */
function isNumeric(rows, place) {
  let numbers = 0;
  for (const row of rows) {
    if (typeof row[place] === "number") numbers += 1;
    else if (row[place] !== null && row[place] !== undefined) return false;
  }
  return numbers > 0;
}

/** The digits behind the point that all numbers of a column are shown with; null for as many as each has. */
function digitsOf(rows, place) {
  let most = 0;
  for (const row of rows) {
    const text = String(row[place] ?? 0);
    if (text.includes("e")) return null;
    most = Math.max(most, text.length - (text.indexOf(".") + 1 || text.length));
  }
  return Math.min(most, 4);
}

/** How the numbers of a column are written: shares in percent, thousands apart but for years and keys. */
function formatOf(column, digits) {
  if (column.whole) {
    const share = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });
    return (value) => share.format(value / column.whole);
  }
  if (digits === null) return String;
  const plain = KEY.test(column.name) || PERIOD.test(column.name);
  const number = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: !plain });
  return (value) => (value !== 0 && Math.abs(value) < 10 ** -digits / 2 ? String(value) : number.format(value));
}

function textIn(column, value) {
  if (value === null) return "NULL";
  if (column.number) return column.format(value);
  const moment = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z?)$/.exec(value);
  return moment ? `${moment[1]} ${moment[2]}${moment[3] ? " UTC" : ""}` : String(value);
}

function widthOf(column, rows, place) {
  let longest = Math.min(titled(column).length + 3, 24);
  for (const row of rows.slice(0, 200)) longest = Math.max(longest, Math.min(textIn(column, row[place] ?? null).length, 42));
  return Math.round(longest * 7.6 + 24);
}

/** NULL comes last, whichever way. */
function ranked(a, b, compare, down) {
  const none = (a === null) - (b === null);
  if (none) return none;
  return a === null ? 0 : down ? compare(b, a) : compare(a, b);
}

/** A number as somebody types it: `1,000`, and `5%` of a column of shares. */
const asNumber = (text, { whole }) =>
  Number(text.replace(/,|%$/g, "")) * (whole && text.endsWith("%") ? whole / 100 : 1);

/** What a row has to hold: the text somewhere, or in one column also `> 5`, `<= 2026-01-31`, `= East`. */
function test({ text, column }, columns) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return () => true;
  const asked = column >= 0 ? /^(<=|>=|<|>|=)\s*(.+)$/.exec(wanted) : null;
  if (!asked) {
    const holds = (row, place) => {
      const value = row[place] ?? null;
      return value !== null && (String(value).toLowerCase().includes(wanted) || textIn(columns[place], value).toLowerCase().includes(wanted));
    };
    return column >= 0 ? (row) => holds(row, column) : (row) => columns.some((_, place) => holds(row, place));
  }
  const [, sign, limit] = asked;
  const numeric = columns[column].number;
  return (row) => {
    if (row[column] === null || row[column] === undefined) return false;
    const order = numeric ? row[column] - asNumber(limit, columns[column]) : collator.compare(String(row[column]).toLowerCase(), limit);
    return { "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0, "=": order === 0 }[sign];
  };
}
