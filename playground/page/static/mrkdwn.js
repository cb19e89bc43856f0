// Slack's mrkdwn as elements. Words become text nodes only: nothing in them can be HTML.

import { h } from "./vendor/preact.mjs";
import { emoji } from "./emoji.js";
import { channel, goToMessage, messageAt, now, person, zone } from "./store.js";
import { slackDate } from "./times.js";

const INLINE = /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+'-]+(?:::skin-tone-\d)?):|(?<!\w)([*_~])(?=\S)([^\n]*?\S)\4(?!\w)|(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]}"'])/;
const STYLES = { "*": "strong", _: "em", "~": "s" };
const SAFE = /^(https?|mailto):/i;

const unescaped = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export function Link({ url, children }) {
  if (!SAFE.test(url)) return h("span", null, children);
  const message = messageAt(url);
  if (message) return h("a", { href: url, onClick: (event) => { event.preventDefault(); goToMessage(message); } }, children);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children);
}

export const Mention = ({ children }) => h("span", { class: "mention" }, children);

/** An emoji that is known by name is shown as a picture to those who see and by its name to those who hear. */
export function Emoji({ name }) {
  const shown = emoji(name);
  if (shown === `:${name}:`) return shown;
  return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, shown);
}

/** `text` of a mrkdwn object; `verbatim` leaves bare addresses alone, as Slack does. */
export function mrkdwn(text, { verbatim = false } = {}) {
  return text.split(/```/).flatMap((piece, number) => {
    if (number % 2) return [h("pre", null, unescaped(piece.replace(/^\n|\n$/g, "")))];
    return lines(piece, verbatim);
  });
}

function lines(text, verbatim) {
  const shown = [];
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>)\s?(.*)$/.exec(line);
    const last = shown.at(-1);
    if (quoted && last?.quoted) last.lines.push(quoted[1]);
    else if (quoted) shown.push({ quoted: true, lines: [quoted[1]] });
    else if (last && !last.quoted) last.lines.push(line);
    else shown.push({ quoted: false, lines: [line] });
  }
  return shown.flatMap((group) => {
    const inside = group.lines.flatMap((line, number) => [...(number ? [h("br")] : []), ...inline(line, verbatim)]);
    return group.quoted ? [h("blockquote", null, inside)] : inside;
  });
}

export function inline(text, verbatim = false) {
  const shown = [];
  let rest = text;
  while (rest) {
    const found = INLINE.exec(rest);
    if (!found) break;
    const [whole, marked, code, name, style, styled, url] = found;
    if (found.index) shown.push(unescaped(rest.slice(0, found.index)));
    if (marked) shown.push(reference(marked));
    else if (code) shown.push(h("code", null, unescaped(code)));
    else if (name) shown.push(h(Emoji, { name }));
    else if (style) shown.push(h(STYLES[style], null, inline(styled, verbatim)));
    else shown.push(verbatim ? unescaped(url) : h(Link, { url: unescaped(url) }, unescaped(url)));
    rest = rest.slice(found.index + whole.length);
  }
  if (rest) shown.push(unescaped(rest));
  return shown;
}

/** What stands between angle brackets: a link, a mention, a date. */
function reference(marked) {
  const bar = marked.indexOf("|");
  const target = bar < 0 ? marked : marked.slice(0, bar);
  const label = bar < 0 ? "" : unescaped(marked.slice(bar + 1));
  if (target.startsWith("@")) return h(Mention, null, `@${person(target.slice(1)).name}`);
  if (target.startsWith("#")) return h(Mention, null, `#${channel(target.slice(1))?.name ?? (label || "private channel")}`);
  if (target.startsWith("!date^")) {
    const [, seconds, format, url] = target.split("^");
    const words = slackDate(Number(seconds), unescaped(format), zone(), now());
    return url ? h(Link, { url }, words) : h("span", null, words);
  }
  if (target.startsWith("!")) return h(Mention, null, label || `@${target.slice(1).split("^")[0]}`);
  return h(Link, { url: unescaped(target) }, label || unescaped(target.replace(/^mailto:/, "")));
}
