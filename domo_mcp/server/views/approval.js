"use strict";

// A change of Domo: what it would do, Apply and Cancel while it waits, what became of it afterwards.

const PAUSE_MS = 500; // a click that was meant for something else does not hit Apply as it appears
const STATES = {
  needs_confirmation: ["Waiting for your yes", "waiting"],
  applied: ["Applied", "good"],
  declined: ["Not applied", "none"],
  refused: ["Refused", "bad"],
};
const KINDS = {
  app: "you, in this panel", person: "you", ticket: "the agent, with a ticket",
  unattended: "the operator, in advance", "not required": "not required",
};

let shown = null; // the change as the server told it
let busy = false;
let timer = 0;

function show(change) {
  shown = change;
  const written = change.written;
  const [label, kind] = STATES[written.status] || [String(written.status), "none"];
  state(label, kind);
  byId("summary").replaceChildren(make("bdi", {}, written.summary || ""));
  const preview = written.preview;
  byId("told").replaceChildren(
    ...(written.reason ? [make("p", { class: "notice small" }, written.reason)] : []),
    facts(change, written, preview),
    ...(preview?.shown?.length ? [objects(preview)] : []),
  );
  buttons(change);
}

function state(label, kind) {
  byId("state").textContent = label;
  byId("state").dataset.kind = kind;
}

function facts(change, written, preview) {
  const list = make("dl");
  const add = (name, value) => {
    if (value) list.append(make("dt", {}, name), make("dd", {}, make("bdi", {}, String(value))));
  };
  add("Target", preview?.target);
  add("Instance", change.instance);
  add("Objects", preview && preview.objects.toLocaleString("en"));
  add("Undo", preview?.undo || (written.status === "applied" && written.undo));
  add("Yes by", KINDS[written.confirmed_by] || written.confirmed_by);
  if (written.verified === true) add("Read back", "it is as intended");
  if (written.verified === false) add("Read back", `it differs: ${(written.differences || []).join("; ")}`);
  add("Change", written.change);
  for (const note of preview?.notes || []) add("Note", note);
  for (const fact of written.facts || []) add("Fact", fact);
  for (const [old, id] of Object.entries(written.new_ids || {})) add("New id", `${old} → ${id}`);
  if (written.result !== undefined) add("Result", JSON.stringify(written.result));
  return list;
}

function objects(preview) {
  const box = make("div", { class: "objects", tabindex: "0", role: "region", "aria-label": "What would change" });
  box.append(...preview.shown.map(object));
  if (preview.further_objects) {
    box.append(make("p", { class: "notice small dim object", style: "margin: 0; padding: 6px 10px" },
      `and ${preview.further_objects.toLocaleString("en")} more`));
  }
  return box;
}

function object(thing) {
  const named = thing.label ? [make("bdi", {}, thing.label), make("span", { class: "dim small" }, make("bdi", {}, thing.id))]
    : [make("bdi", {}, thing.id)];
  const title = make("h2", {}, ...named, make("span", { class: `becomes ${known(thing.becomes)}` }, thing.becomes));
  const both = thing.becomes === "changed";
  const head = both ? make("thead", {}, make("tr", {}, ...["Field", "Before", "After"].map((text) =>
    make("th", { scope: "col" }, text)))) : null;
  const body = make("tbody", {}, ...thing.fields.map((field) => make("tr", {},
    make("th", { scope: "row" }, make("bdi", {}, field.name)),
    ...(both || thing.becomes === "removed" ? [value(field.before, both ? "before replaced" : "before gone")] : []),
    ...(both || thing.becomes === "new" ? [value(field.after, "after came")] : []))));
  const more = thing.further_fields ? make("p", { class: "dim small", style: "margin: 0; padding: 2px 10px 6px" },
    `${thing.further_fields} further fields`) : null;
  return make("section", { class: "object" }, title, thing.fields.length ? make("table", {}, head, body) : null, more);
}

const known = (becomes) => (["new", "changed", "removed"].includes(becomes) ? becomes : "dim");

const value = (text, kind) =>
  make("td", { class: text ? kind : `${kind.split(" ")[0]} dim` }, make("bdi", {}, text ?? "(none)"));

function buttons(change) {
  const waits = change.written.status === "needs_confirmation";
  byId("apply").hidden = byId("cancel").hidden = !(waits && change.apply);
  byId("undo").hidden = !change.undo;
  byId("cancel").disabled = byId("undo").disabled = false;
  hint(!waits ? "" : change.apply ? "Nothing is changed until you press Apply." : "Give your yes or no in the conversation.");
  clearTimeout(timer);
  byId("apply").disabled = true;
  timer = setTimeout(() => { byId("apply").disabled = false; }, PAUSE_MS);
  if (change.good_for_s) setTimeout(() => expire(change), change.good_for_s * 1000);
}

function expire(change) {
  if (shown !== change) return;
  clearTimeout(timer);
  byId("apply").hidden = byId("cancel").hidden = true;
  state("Expired", "none");
  hint("Nothing was changed. Ask for it again to see how it is now.");
}

function hint(text, bad = false) {
  byId("hint").textContent = text;
  byId("hint").classList.toggle("bad", bad);
}

/** One press, one call; only of a person: what scripts do is not trusted. */
async function press(event, call, doing) {
  if (!event.isTrusted || busy || !call) return;
  busy = true;
  for (const id of ["apply", "cancel", "undo"]) byId(id).disabled = true;
  hint(doing);
  try {
    const result = await host.call(call);
    if (!result.isError || forView(result)?.change) take(result, true);
    else failed(textOf(result));
  } catch (error) {
    failed(`${error.message} Whether it happened is not known here: ask for list_changes.`);
  } finally {
    busy = false;
  }
}

function failed(text) {
  byId("apply").hidden = byId("cancel").hidden = byId("undo").hidden = true;
  state("Not done", "bad");
  hint(plain(text), true);
}

/** A text for models as people read it: without the fences in its lines. */
const plain = (text) => text.replace(/<\/?data-[0-9a-f]+>/g, "");

function take(result, pressed) {
  const change = forView(result)?.change || read(result);
  if (!change) {
    state(result.isError ? "Not done" : "Answer", result.isError ? "bad" : "none");
    byId("told").replaceChildren(make("pre", {}, plain(textOf(result))));
    return;
  }
  show(change);
  if (pressed) {
    const { status, summary, change: id } = change.written;
    byId("state").focus(); // the button that had it is gone
    host.tellModel(`In the panel of domo-mcp: ${STATES[status]?.[0] || status}: ${summary}${id ? ` (change ${id})` : ""}`);
  }
}

/** The change as the model's text tells it, where the host passes nothing else on: without buttons. */
function read(result) {
  try {
    const written = JSON.parse(fencedIn(textOf(result)) ?? "");
    return written.status in STATES ? { written, instance: "", apply: null, cancel: null, undo: null } : null;
  } catch {
    return null;
  }
}

byId("apply").addEventListener("click", (event) => press(event, shown?.apply, "Applying …"));
byId("cancel").addEventListener("click", (event) => press(event, shown?.cancel, "Cancelling …"));
byId("undo").addEventListener("click", (event) => press(event, shown?.undo, "Preparing …"));
host.onResult = (result) => take(result, false);
host.onCancelled = () => state("The call was given up", "none");
host.connect("domo-mcp change");
