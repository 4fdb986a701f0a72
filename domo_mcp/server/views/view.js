"use strict";

// What every view shares: elements whose texts are texts, and the view's side of MCP Apps (specification 2026-01-26).

/** An element; children that are no nodes become text nodes, so nothing in them is ever read as HTML. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const byId = (id) => document.getElementById(id);

/** JSON-RPC with the window that holds this one. Whatever any other window sends is not read. */
const host = {
  capabilities: {},
  context: {},
  onInput: () => {},
  onResult: () => {},
  onCancelled: () => {},
  waiting: new Map(),
  number: 0,

  post(message) {
    window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  },

  request(method, params) {
    return new Promise((resolve, reject) => {
      const id = ++host.number;
      host.waiting.set(id, { resolve, reject });
      host.post({ id, method, params });
    });
  },

  call(call) {
    return host.request("tools/call", { name: call.tool, arguments: call.arguments });
  },

  /** Tells the model, with the person's next message, what happened here; nothing where the host does not take it. */
  tellModel(text) {
    if (!host.capabilities.updateModelContext) return;
    host.request("ui/update-model-context", { content: [{ type: "text", text }] }).catch(() => {});
  },

  heard(event) {
    const message = event.data;
    if (event.source !== window.parent || window.parent === window) return;
    if (!message || typeof message !== "object" || message.jsonrpc !== "2.0") return;
    if (message.method) host.told(message);
    else host.answered(message);
  },

  answered(message) {
    const asked = host.waiting.get(message.id);
    if (!asked) return;
    host.waiting.delete(message.id);
    if (message.error) asked.reject(new Error(String(message.error.message || "The host refused.")));
    else asked.resolve(message.result || {});
  },

  told({ id, method, params = {} }) {
    if (method === "ping" || method === "ui/resource-teardown") host.post({ id, result: {} });
    else if (method === "ui/notifications/tool-input") host.onInput(params.arguments || {});
    else if (method === "ui/notifications/tool-result") host.onResult(params);
    else if (method === "ui/notifications/tool-cancelled") host.onCancelled();
    else if (method === "ui/notifications/host-context-changed") host.adopt(params);
    else if (id !== undefined) host.post({ id, error: { code: -32601, message: `This view has no ${method}.` } });
  },

  /** The host's theme, colours and size. */
  adopt(context) {
    Object.assign(host.context, context);
    const style = document.documentElement.style;
    if (context.theme === "light" || context.theme === "dark") style.colorScheme = context.theme;
    for (const [name, value] of Object.entries(context.styles?.variables || {})) {
      if (/^--(color|font|border|shadow)-[\w-]+$/.test(name) && value && !/url\(/i.test(value)) {
        style.setProperty(name, value);
      }
    }
    document.dispatchEvent(new Event("host-context"));
  },

  async connect(name) {
    window.addEventListener("message", host.heard);
    const answer = await host.request("ui/initialize", {
      appInfo: { name, version: "1" },
      appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
      protocolVersion: "2026-01-26",
    });
    host.capabilities = answer.hostCapabilities || {};
    host.adopt(answer.hostContext || {});
    host.post({ method: "ui/notifications/initialized", params: {} });
    let told = "";
    const tell = () => {
      const { width, height } = document.documentElement.getBoundingClientRect();
      const size = { width: Math.ceil(width), height: Math.ceil(height) };
      if (told === (told = JSON.stringify(size))) return;
      host.post({ method: "ui/notifications/size-changed", params: size });
    };
    new ResizeObserver(tell).observe(document.documentElement);
    tell();
  },
};

/** What the server says to the view alone, null where the host did not pass it on. */
const forView = (result) => result?._meta?.["domo-mcp/view"] || null;

const textOf = (result) =>
  (result?.content || []).filter((block) => block.type === "text").map((block) => block.text).join("\n");

/** The first text that stands between data fences on lines of their own. */
const fencedIn = (text) => /^<(data-[0-9a-f]+)>\n([\s\S]*?)\n<\/\1>/m.exec(text)?.[2] ?? null;

/** Puts `text` on the clipboard; false where the frame may not. */
async function copied(text) {
  const area = make("textarea", { class: "unseen", "aria-hidden": "true", tabindex: "-1" });
  area.value = text;
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus?.();
  return done || navigator.clipboard?.writeText(text).then(() => true, () => false) || false;
}
