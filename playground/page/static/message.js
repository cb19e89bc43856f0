// One message as a person sees it: who, when, what, files, reactions, its thread, its menu.

import { h } from "./vendor/preact.mjs";
import { Blocks } from "./blocks.js";
import { PICKABLE, QUICK, emoji } from "./emoji.js";
import { Files } from "./files.js";
import { Menu } from "./menu.js";
import { Emoji, mrkdwn } from "./mrkdwn.js";
import { act, bot, now, part, person, place, replies, show, ui, zone } from "./store.js";
import { ago, clockTime, longTime } from "./times.js";
import { phrase } from "./words.js";

const NEUTRAL = new Set(["channel_join", "tombstone"]);

/** `compact`: follows another message of the same person; `thread`: shown in its thread. */
export function Message({ message, compact, thread }) {
  if (message.refused) return h(Refusal, { refusal: message });
  if (NEUTRAL.has(message.subtype)) return h(Note, { message, thread });
  const by = person(message.user);
  const where = { in: "message", channel: message.channel, ts: message.ts };
  return h("li", { class: `message ${compact ? "compact" : ""} ${message.is_ephemeral ? "ephemeral" : ""}`, "data-ts": message.ts },
    h("div", { class: "gutter" }, compact ? h(Time, { ts: message.ts }) : h(Avatar, { by })),
    h("div", { class: "content" },
      message.is_ephemeral && h("div", { class: "whisper" }, h("span", { "aria-hidden": true }, "👁 "), phrase("only_you"),
        h("button", { type: "button", class: "plain", onClick: () => act("dismiss", { ts: message.ts }) }, phrase("dismiss"))),
      !compact && h("div", { class: "head" }, h("strong", { class: "author" }, by.name), by.is_bot && h("span", { class: "app-badge" }, phrase("app_badge")), h(Time, { ts: message.ts })),
      h("div", { class: "words" }, message.blocks?.length ? h(Blocks, { blocks: message.blocks, where }) : message.text && h("div", { class: "text" }, mrkdwn(message.text)),
        message.edited && !by.is_bot && h("span", { class: "edited" }, phrase("edited"))),
      message.files && h(Files, { files: message.files }),
      h(Reactions, { message }),
      !thread && h(Summary, { message })),
    !message.is_ephemeral && h(Tools, { message, thread }));
}

export function Avatar({ by }) {
  const tone = [...by.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 5;
  return h("span", { class: `avatar ${by.is_bot ? "app" : `tone-${tone}`}`, "aria-hidden": true }, by.is_bot ? "📄" : by.name.slice(0, 1).toUpperCase());
}

function Time({ ts }) {
  return h("time", { title: longTime(Number(ts), zone()), datetime: new Date(Number(ts) * 1000).toISOString() }, clockTime(Number(ts), zone()));
}

function Note({ message, thread }) {
  const who = person(message.user).name;
  const words = message.subtype === "channel_join" ? phrase(message.inviter ? "added_by" : "added", { who, inviter: message.inviter && person(message.inviter).name }) : phrase("message_deleted");
  return h("li", { class: "message note" }, h("div", { class: "gutter" }), h("div", { class: "content" }, words, " ", h(Time, { ts: message.ts }), !thread && h(Summary, { message })));
}

/** What the bot wanted to say and Slack would not have. */
function Refusal({ refusal }) {
  return h("li", { class: "message refusal" }, h("div", { class: "gutter", "aria-hidden": true }, "⛔"),
    h("div", { class: "content" }, h("strong", null, phrase("slack_refused", refusal)),
      refusal.messages.map((each) => h("div", null, h("code", null, each)))));
}

function Reactions({ message }) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((each) => {
    const names = each.users.map((id) => (id === ui.me ? phrase("you") : person(id).name)).join(", ");
    const said = `${each.name.replaceAll("_", " ")}: ${names}`;
    return h("button", { key: each.name, type: "button", class: "reaction", "aria-pressed": String(each.users.includes(ui.me)), "aria-label": said, title: said,
      onClick: () => react(message, each.name) }, h("span", { "aria-hidden": true }, emoji(each.name)), " ", each.users.length);
  }));
}

const react = (message, name) => act("react", { channel: message.channel, ts: message.ts, name });

function Summary({ message }) {
  const answers = replies(message.channel, message.ts);
  const working = statusOf(message);
  if (!answers.length) return working ? h("div", { class: "status" }, working) : null;
  const faces = [...new Set(answers.map((each) => each.user))].slice(0, 3);
  const last = answers.at(-1).ts;
  return h("button", { type: "button", class: "thread-summary", onClick: () => openThread(message) },
    faces.map((id) => h(Avatar, { key: id, by: person(id) })), h("span", { class: "count" }, phrase(answers.length === 1 ? "reply_one" : "reply_many", { count: answers.length })),
    h("span", { class: "last" }, phrase("last_reply", { ago: ago(Number(last), now()) })));
}

export function statusOf(message) {
  const words = part(`status:${message.channel}:${message.ts}`)?.text;
  return words ? `${person(bot().id).name} ${words}` : null;
}

export const openThread = (message) => show({ thread: { channel: message.channel, ts: message.ts }, follow: null });

function Tools({ message, thread }) {
  const mine = message.user === ui.me;
  const ref = { channel: message.channel, ts: message.ts };
  const items = place().shortcuts.filter((each) => each.type === "message").map((each) => ({
    words: h("span", null, each.name, h("small", null, person(bot().id).name)), do: () => act("shortcut", { ...ref, callback_id: each.callback_id }, each.name) }));
  if (mine) {
    items.push({ words: phrase("edit_message"), do: () => show({ dialog: { edit: message } }) });
    items.push({ words: phrase("delete_message"), danger: true, do: () => act("delete", ref) });
  }
  return h("div", { class: "tools", role: "group", "aria-label": phrase("message_actions") },
    QUICK.map((name) => h("button", { key: name, type: "button", "aria-label": phrase("react_with", { name: name === "+1" ? "thumbs up" : name }), title: `:${name}:`, onClick: () => react(message, name) }, h("span", { "aria-hidden": true }, emoji(name)))),
    h(Menu, { label: phrase("add_reaction"), shown: h("span", { "aria-hidden": true }, "☺"), class: "", children: (close) =>
      h("div", { class: "emoji-grid" }, PICKABLE.map((name) => h("button", { key: name, type: "button", "aria-label": name.replaceAll("_", " "), title: `:${name}:`, onClick: () => { close(); react(message, name); } }, h(Emoji, { name })))) }),
    !thread && h("button", { type: "button", "aria-label": phrase("reply_in_thread"), title: phrase("reply_in_thread"), onClick: () => openThread(message) }, h("span", { "aria-hidden": true }, "💬")),
    items.length > 0 && h(Menu, { label: phrase("more_actions"), shown: h("span", { "aria-hidden": true }, "⋮"), class: "", items }));
}
