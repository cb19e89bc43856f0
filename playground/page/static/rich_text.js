// Slack's rich_text as elements: nothing in its words is parsed.

import { h } from "./vendor/preact.mjs";
import { Emoji, Link, Mention } from "./mrkdwn.js";
import { channel, now, person, zone } from "./store.js";
import { slackDate } from "./times.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

export function RichText({ elements }) {
  return h("div", { class: "rich" }, elements.map(part));
}

function part(each) {
  switch (each.type) {
    case "rich_text_list": {
      const style = { "margin-left": `${(each.indent ?? 0) * 1.6}em` };
      const start = each.style === "ordered" ? { start: (each.offset ?? 0) + 1 } : {};
      return h(each.style === "ordered" ? "ol" : "ul", { style, ...start }, each.elements.map((item) => h("li", null, inlines(item.elements))));
    }
    case "rich_text_preformatted":
      return h("pre", null, inlines(each.elements));
    case "rich_text_quote":
      return h("blockquote", null, inlines(each.elements));
    default:
      return h("div", { class: "rich-section" }, inlines(each.elements));
  }
}

const inlines = (elements) => elements.map((each) => styled(each, element(each)));

function styled(each, shown) {
  return Object.entries(STYLES).reduce((inner, [name, tag]) => (each.style?.[name] ? h(tag, null, inner) : inner), shown);
}

function element(each) {
  switch (each.type) {
    case "text":
      return broken(each.text);
    case "link":
      return h(Link, { url: each.url }, each.text || each.url);
    case "emoji":
      return h(Emoji, { name: each.name });
    case "user":
      return h(Mention, null, `@${person(each.user_id).name}`);
    case "usergroup":
      return h(Mention, null, `@${each.usergroup_id}`);
    case "channel":
      return h(Mention, null, `#${channel(each.channel_id)?.name ?? "private channel"}`);
    case "broadcast":
      return h(Mention, null, `@${each.range}`);
    case "date":
      return slackDate(each.timestamp, each.format, zone(), now());
    case "color":
      return h("code", null, each.value);
    default:
      return "";
  }
}

const broken = (text) => text.split("\n").flatMap((line, number) => (number ? [h("br"), line] : [line]));
