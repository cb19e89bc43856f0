// What the page knows: the workspace's parts as the server sends them, and what is open on the screen.

import { language, phrase } from "./words.js";

export const parts = new Map();

export const ui = {
  me: null,
  channel: null, // id; null while the app is looked at
  tab: "home", // of the app
  thread: null, // {channel, ts}
  sidebar: false, // on a phone
  follow: null, // {channel, ts} of a message of mine whose answer opens its thread
  read: {}, // by channel, the ts up to which I have read
  toast: null,
  dialog: null, // a confirmation or a file, shown over everything
  offline: false,
  draft: null, // words that something else puts into the composer
};

let draw = () => {};
let waiting = false;

export function onChange(callback) {
  draw = callback;
}

export function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    draw();
  });
}

export function show(changes) {
  Object.assign(ui, changes);
  redraw();
}

// --- what there is ---------------------------------------------------------------------------------

export const part = (name) => parts.get(name);
const named = (prefix) => [...parts].filter(([name]) => name.startsWith(prefix)).map(([, value]) => value);

export const place = () => part("place") ?? { commands: [], shortcuts: [], samples: [] };
export const me = () => part(`user:${ui.me}`);
export const people = () => named("user:");
export const person = (id) => part(`user:${id}`) ?? { id, name: id === "USLACKBOT" ? "Slackbot" : phrase("someone"), tz: "UTC" };
export const channels = () => named("channel:");
export const channel = (id) => part(`channel:${id}`);
export const bot = () => part("bot") ?? { connected: false };
export const directChannel = () => channels().find((each) => each.kind === "im");
export const zone = () => me()?.tz ?? "UTC";
export const now = () => Date.now() / 1000 + (part("clock")?.ahead ?? 0);

const byTime = (a, b) => (a.ts < b.ts ? -1 : 1);
const inThread = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

export const refusals = (id) => named("refused:").filter((each) => each.channel === id || (!channel(each.channel) && id === ui.channel));

/** Messages that stand in the channel itself, and what Slack refused there. */
export function timeline(id) {
  const said = named(`message:${id}:`).filter((each) => !inThread(each) || each.subtype === "thread_broadcast");
  return [...said, ...refusals(id).map((each) => ({ ...each, refused: true }))].sort(byTime);
}

export function replies(id, ts) {
  return named(`message:${id}:`).filter((each) => each.thread_ts === ts && inThread(each)).sort(byTime);
}

export const message = (id, ts) => part(`message:${id}:${ts}`);

export function unread(id) {
  const since = ui.read[id] ?? "0";
  const others = named(`message:${id}:`).filter((each) => each.user !== ui.me && each.ts > since && each.subtype !== "channel_join");
  return others.length;
}

export function markRead(id) {
  const newest = named(`message:${id}:`).reduce((latest, each) => (each.ts > latest ? each.ts : latest), ui.read[id] ?? "0");
  if (ui.read[id] !== newest) {
    ui.read[id] = newest;
    redraw();
  }
}

// --- live ------------------------------------------------------------------------------------------

let stream = null;

export function look(as) {
  stream?.close();
  parts.clear();
  ui.thread = null;
  ui.follow = null;
  stream = new EventSource(`/page/sight?${new URLSearchParams({ as: as ?? "", language })}`);
  let first = true;
  stream.onopen = () => {
    first = true;
    show({ offline: false });
  };
  stream.onerror = () => show({ offline: true });
  stream.onmessage = (event) => {
    const { set, gone } = JSON.parse(event.data);
    if (first) parts.clear();
    for (const [name, value] of Object.entries(set)) parts.set(name, value);
    for (const name of gone) parts.delete(name);
    ui.me = place().me;
    if (first) begin();
    first = false;
    follow();
    redraw();
  };
}

function begin() {
  const wanted = location.hash.slice(1);
  const open = channels().filter((each) => each.kind === "channel" || each.kind === "group");
  if (ui.channel !== null && channel(ui.channel)) return;
  const spoken = open.find((each) => each.name.endsWith("-en") !== (language === "zh"));
  ui.channel = (open.find((each) => each.id === wanted) ?? spoken ?? open[0])?.id ?? null;
}

/** A paper I shared is answered in its thread: open it, if nothing else is open there. */
function follow() {
  if (!ui.follow || replies(ui.follow.channel, ui.follow.ts).length === 0) return;
  if (!ui.thread && matchMedia("(min-width: 900px)").matches) ui.thread = ui.follow;
  ui.follow = null;
}

export function goTo(id) {
  history.replaceState(null, "", `#${id}`);
  show({ channel: id, thread: null, sidebar: false, follow: null });
}

const ARCHIVED = /^http:\/\/[\w.]+:(\d+)\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?thread_ts=([\d.]+))?/;

/** The message of this workspace that a permalink leads to, as {channel, ts} of its thread. */
export function messageAt(url) {
  const [, port, id, seconds, rest, thread] = ARCHIVED.exec(url) ?? [];
  return port === location.port && channel(id) ? { channel: id, ts: thread ?? `${seconds}.${rest}` } : null;
}

export function goToMessage(message) {
  if (channel(message.channel).kind === "im") show({ channel: null, tab: "messages", sidebar: false });
  else goTo(message.channel);
  show({ thread: message, follow: null });
}

// --- doing -----------------------------------------------------------------------------------------

const EXPLAINED = new Set(["operation_timeout", "dispatch_failed", "unknown_command"]);

export async function act(name, sent, what = phrase("that")) {
  const body = JSON.stringify(sent ?? {});
  return answered(fetch(`/page/act/${name}?as=${ui.me}`, { method: "POST", body }), what);
}

export async function upload(file, where) {
  const query = new URLSearchParams({ as: ui.me, name: file.name, ...where });
  return answered(fetch(`/page/upload?${query}`, { method: "POST", body: file }), file.name);
}

async function answered(request, what) {
  let answer;
  try {
    answer = await (await request).json();
  } catch {
    complain(phrase("is_it_running"));
    return { error: "offline" };
  }
  if (answer.error) {
    const more = answer.response_metadata?.messages?.join("; ");
    complain(`${what} ${EXPLAINED.has(answer.error) ? phrase(answer.error) : phrase("was_refused", answer)}${more ? ` ${more}` : ""}`);
  }
  return answer;
}

let fading = 0;

export function complain(words) {
  clearTimeout(fading);
  fading = setTimeout(() => show({ toast: null }), 9000);
  show({ toast: words });
}
