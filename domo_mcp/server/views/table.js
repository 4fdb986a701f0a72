"use strict";

// The answer of a query: its rows, a chart of them, its SQL, and what can be done with them.

const MOST_ROWS = 10000;

let table = null; // what the server told: columns, rows, sql, source, chart, more
let asked = {}; // the arguments of the call

function show(result) {
  const told = forView(result)?.table || read(result);
  if (!told) {
    byId("state").textContent = result.isError ? "The query failed" : "";
    byId("text").hidden = false;
    byId("text").textContent = textOf(result).replace(/<\/?data-[0-9a-f]+>/g, "");
    byId("all").hidden = true;
    return;
  }
  table = told;
  byId("all").hidden = false;
  byId("text").hidden = true;
  byId("title").replaceChildren(make("bdi", {}, told.chart?.title || told.source?.name || "Rows"));
  source(told);
  sql(told.sql || asked.sql);
  byId("within").replaceChildren(make("option", { value: -1 }, "All columns"),
    ...told.columns.map((column, place) => make("option", { value: place }, titled(column))));
  byId("filter").value = "";
  grid.fill(told.columns, told.rows);
  chart.fill(told.columns, told.rows, told.chart);
  byId("tab-chart").hidden = !chart.possible();
  open(told.chart && chart.possible() ? "chart" : "table");
  more();
}

function source(told) {
  const parts = [];
  if (told.source) parts.push(`Dataset ${told.source.name}`, `data as of ${day(told.source.as_of)}`);
  if (told.sandbox) parts.push("sandbox (invented data)");
  const lines = [parts.join(" · "), ...(told.facts || [])].filter(Boolean);
  byId("source").replaceChildren(...lines.map((line) => make("span", { style: "display: block" }, make("bdi", {}, line))));
}

const day = (time) => (time ? time.replace(/T(\d\d:\d\d).*$/, " $1 UTC") : "unknown");

function sql(text) {
  byId("copy-sql").hidden = byId("sql").hidden = !text;
  byId("sql").querySelector("pre").textContent = text || "";
}

function counted() {
  const { rows, total, left } = table;
  const whole = left && total > rows.length ? ` of ${total.toLocaleString("en")}` : left ? ", more exist" : "";
  const read = `${rows.length.toLocaleString("en")}${whole} row${rows.length === 1 ? "" : "s"}`;
  const some = grid.shown.length !== rows.length;
  const found = some ? `${grid.shown.length.toLocaleString("en")} match, of ${read}` : read;
  byId("state").textContent = [found, grid.order()].filter(Boolean).join(" · ");
}

/** The rows as the model's text tells them, where the host passes nothing else on. */
function read(result) {
  const text = fencedIn(textOf(result));
  const [head, ...rows] = text === null || result.isError ? [] : lines(text);
  if (!head) return null;
  const columns = head.map((cell) => {
    const [, name, type] = /^(.*?)(?::([A-Z]+))?$/s.exec(cell.text);
    return { name, type: type || "" };
  });
  return { columns, rows: rows.map((row) => row.map((cell, place) => typed(cell, columns[place]?.type))), chart: null };
}

function typed(cell, type) {
  if (cell.text === "" && !cell.quoted) return null;
  const number = /^(LONG|DOUBLE|DECIMAL)$/.test(type) && cell.text.trim() !== "" ? Number(cell.text) : NaN;
  return Number.isNaN(number) ? cell.text : number;
}

/** The cells of CSV, row by row; a quoted empty one is a text, a bare one NULL. */
function lines(text) {
  const rows = [[]];
  for (const part of text.matchAll(/("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/g)) {
    const quoted = part[1].startsWith('"');
    rows.at(-1).push({ quoted, text: quoted ? part[1].slice(1, -1).replaceAll('""', '"') : part[1] });
    if (part[2] === "\n") rows.push([]);
    if (part[2] === "") break;
  }
  return rows;
}

function csv() {
  const cell = (value) => {
    if (value === null || value === undefined) return "";
    const text = String(value);
    return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const all = [table.columns.map((column) => column.name), ...grid.shown];
  return all.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

async function copy(text, what) {
  if (await copied(text)) return say(`${what} copied.`);
  const area = make("textarea", { class: "copy", readonly: true, rows: 6, "aria-label": `${what} to copy` });
  area.value = text;
  say("This frame may not use the clipboard. Copy it from here:", area);
  area.select();
}

async function download() {
  const name = `${(table.source?.name || "rows").replace(/[^\p{L}\p{N} _-]/gu, "_").slice(0, 80)}.csv`;
  if (host.capabilities.downloadFile) {
    const resource = { uri: `file:///${encodeURIComponent(name)}`, mimeType: "text/csv", text: csv() };
    const answer = await host.request("ui/download-file", { contents: [{ type: "resource", resource }] })
      .catch(() => ({ isError: true }));
    return say(answer.isError ? "The host did not save it. Use Copy CSV." : `${name} was handed to the host.`);
  }
  const url = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  return say("If nothing was saved, this frame may not download: use Copy CSV.");
}

/** The next rows, by the call that the server named; the model does not see them. */
async function loadMore() {
  byId("more").disabled = true;
  byId("more").textContent = "Loading …";
  try {
    const goesOn = Boolean(table.more.arguments.cursor); // else the answer begins with the first row again
    const result = await host.call(table.more);
    const next = forView(result)?.table;
    if (!next) throw new Error(textOf(result) || "The host passed no rows on.");
    const rows = goesOn ? [...table.rows, ...next.rows].slice(0, MOST_ROWS) : next.rows;
    const added = rows.length - table.rows.length;
    table = { ...table, rows, more: next.more, left: next.left };
    grid.fill(table.columns, table.rows);
    chart.fill(table.columns, table.rows, chart.choice);
    say(`${added.toLocaleString("en")} more rows.`);
  } catch (error) {
    say(error.message.replace(/<\/?data-[0-9a-f]+>/g, ""));
  }
  more();
}

function more() {
  byId("more").hidden = !table.more || !host.capabilities.serverTools || table.rows.length >= MOST_ROWS;
  byId("more").disabled = false;
  byId("more").textContent = "Load more rows";
}

function say(text, ...below) {
  byId("said").hidden = false;
  byId("said").replaceChildren(text, ...below);
}

function open(tab) {
  for (const name of ["table", "chart"]) {
    byId(`tab-${name}`).setAttribute("aria-selected", String(name === tab));
    byId(`tab-${name}`).tabIndex = name === tab ? 0 : -1;
    byId(`${name}-panel`).hidden = name !== tab;
  }
  byId("filter").hidden = byId("within").hidden = tab !== "table";
  if (tab === "chart") chart.draw();
  else grid.draw(true);
}

function settle() {
  const modes = host.context.availableDisplayModes || [];
  byId("full").hidden = !modes.includes("fullscreen") || host.context.displayMode === "fullscreen";
  document.body.classList.toggle("full", host.context.displayMode === "fullscreen");
  if (table) { grid.draw(true); chart.draw(); }
}

const later = (wait, act) => { let timer; return () => { clearTimeout(timer); timer = setTimeout(act, wait); }; };

grid.onChange = counted;
grid.box().addEventListener("scroll", () => requestAnimationFrame(() => grid.draw()));
grid.box().addEventListener("keydown", grid.key);
byId("filter").addEventListener("input", later(80, () => { grid.filter.text = byId("filter").value; grid.arrange(); }));
byId("within").addEventListener("change", () => { grid.filter.column = Number(byId("within").value); grid.arrange(); });
byId("copy-sql").addEventListener("click", () => copy(table.sql || asked.sql, "SQL"));
byId("copy-csv").addEventListener("click", () => copy(csv(), "CSV"));
byId("download").addEventListener("click", download);
byId("more").addEventListener("click", loadMore);
byId("full").addEventListener("click", () => host.request("ui/request-display-mode", { mode: "fullscreen" })
  .then(({ mode }) => host.adopt({ displayMode: mode })).catch(() => say("The host has no full screen.")));
for (const [name, other] of [["table", "chart"], ["chart", "table"]]) {
  byId(`tab-${name}`).addEventListener("click", () => open(name));
  byId(`tab-${name}`).addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key) || byId(`tab-${other}`).hidden) return;
    open(other);
    byId(`tab-${other}`).focus();
  });
}
document.addEventListener("host-context", settle);
new ResizeObserver(later(60, () => table && chart.draw())).observe(document.body);
host.onInput = (given) => { asked = given; };
host.onResult = show;
host.onCancelled = () => { byId("state").textContent = "The query was given up."; };
host.connect("domo-mcp rows");
