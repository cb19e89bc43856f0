// The messages of a channel or a thread, oldest first, and the composer under them.

import { Component, createRef, h } from "./vendor/preact.mjs";
import { Composer } from "./composer.js";
import { Message, statusOf } from "./message.js";
import { act, channel, markRead, message, now, part, person, replies, show, timeline, ui, zone } from "./store.js";
import { dayKey, dayName } from "./times.js";
import { phrase } from "./words.js";

const TOGETHER = 300; // seconds within which messages of one person stand under one name

class Messages extends Component {
  frame = createRef();
  atEnd = true;

  render({ label, list, thread, children }) {
    return h("div", { class: "messages", ref: this.frame, onScroll: () => this.scrolled(), tabindex: 0, role: "log", "aria-label": label },
      h("ol", null, children, withDays(list, thread)));
  }

  scrolled() {
    const frame = this.frame.current;
    this.atEnd = frame.scrollHeight - frame.scrollTop - frame.clientHeight < 60;
  }

  componentDidMount() {
    this.toEnd();
    this.watch = new ResizeObserver(() => this.toEnd());
    this.watch.observe(this.frame.current.firstElementChild);
  }

  componentDidUpdate() {
    this.toEnd();
  }

  componentWillUnmount() {
    this.watch.disconnect();
  }

  toEnd() {
    if (this.atEnd) this.frame.current.scrollTop = this.frame.current.scrollHeight;
    if (!document.hidden) markRead(this.props.channel);
  }
}

function withDays(list, thread) {
  const shown = [];
  let before = null;
  for (const each of list) {
    const at = Number(each.ts);
    const newDay = !thread && (!before || dayKey(Number(before.ts), zone()) !== dayKey(at, zone()));
    if (newDay) shown.push(h("li", { key: `day-${each.ts}`, class: "day" }, h("span", null, dayName(at, zone(), now()))));
    const compact = !newDay && before && before.user === each.user && !before.subtype && !each.is_ephemeral && !before.is_ephemeral && !before.refused && !each.refused && at - Number(before.ts) < TOGETHER;
    shown.push(h(Message, { key: each.ts, message: each, compact: Boolean(compact) && !each.files, thread }));
    if (thread && each.ts === each.thread_ts) shown.push(h("li", { key: "count", class: "day replies" }, h("span", null, phrase(list.length === 2 ? "reply_one" : "reply_many", { count: list.length - 1 }))));
    before = each;
  }
  return shown;
}

const dropped = (composer) => ({
  onDragOver: (event) => {
    event.preventDefault();
    event.currentTarget.classList.add("dropping");
  },
  onDragLeave: (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.classList.remove("dropping");
  },
  onDrop: (event) => {
    event.preventDefault();
    event.currentTarget.classList.remove("dropping");
    if (event.dataTransfer.files.length) composer.current?.take(event.dataTransfer.files);
  },
});

export class Conversation extends Component {
  composer = createRef();

  render({ id, heading }) {
    const here = channel(id);
    if (!here) return h("main", { class: "conversation" });
    const name = here.kind === "im" ? person(here.members.find((each) => each !== ui.me)).name : `#${here.name}`;
    const list = timeline(id);
    return h("main", { class: "conversation", ...dropped(this.composer) },
      heading ?? h("header", { class: "bar" }, h(Hamburger), h("h1", null, name), h("span", { class: "members" }, members(here))),
      h(Messages, { key: id, channel: id, label: phrase("messages_in", { name }), list },
        h("li", { key: "top", class: "beginning" }, here.kind === "im" ? phrase("beginning_with", { name }) : phrase("beginning", { name }))),
      h(Prompts, { id }),
      h(Composer, { key: `composer-${id}`, handle: this.composer, channel: id, label: phrase("message_to", { name }) }),
      h("div", { class: "drop-hint", "aria-hidden": true }, phrase("drop_in", { name })));
  }
}

const members = (here) => (here.kind === "im" ? phrase("app") : here.members.map((id) => person(id).name).join(", "));

export const Hamburger = () => h("button", { type: "button", class: "hamburger", "aria-label": phrase("open_sidebar"), onClick: () => show({ sidebar: true }) }, h("span", { "aria-hidden": true }, "☰"));

/** What an app suggests to ask, at the beginning of the conversation with it. */
function Prompts({ id }) {
  const prompts = part(`prompts:${id}`)?.prompts;
  if (!prompts || timeline(id).length) return null;
  return h("div", { class: "prompts" }, prompts.map((each) => h("button", { key: each.title, type: "button", class: "button", onClick: () => act("post", { channel: id, text: each.message }) }, each.title)));
}

export class Thread extends Component {
  composer = createRef();

  render({ thread }) {
    const parent = message(thread.channel, thread.ts);
    const here = channel(thread.channel);
    if (!parent || !here) return null;
    const status = statusOf(parent);
    return h("aside", { class: "thread", "aria-label": phrase("thread"), ...dropped(this.composer) },
      h("header", { class: "bar" }, h("h2", null, phrase("thread")), h("span", { class: "members" }, here.kind === "im" ? "" : `#${here.name}`),
        h("button", { type: "button", class: "round", "aria-label": phrase("close_thread"), onClick: () => show({ thread: null }) }, "✕")),
      h(Messages, { key: thread.ts, channel: thread.channel, label: phrase("messages_in_thread"), thread: true, list: [parent, ...replies(thread.channel, thread.ts)] }),
      status && h("div", { class: "status", role: "status" }, status),
      h(Composer, { key: `composer-${thread.ts}`, handle: this.composer, channel: thread.channel, thread: thread.ts, label: phrase("reply") }),
      h("div", { class: "drop-hint", "aria-hidden": true }, phrase("drop_in_thread")));
  }
}
