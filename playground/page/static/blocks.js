// Block Kit as elements. `where` says whose blocks they are ({in: "message", channel, ts} …), so that clicks find back.

import { h } from "./vendor/preact.mjs";
import { Element } from "./elements.js";
import { Input } from "./inputs.js";
import { Markdown } from "./markdown.js";
import { Emoji, mrkdwn } from "./mrkdwn.js";
import { RichText } from "./rich_text.js";
import { place } from "./store.js";
import { phrase } from "./words.js";

export function Blocks({ blocks, where }) {
  return h("div", { class: "blocks" }, blocks.map((block) => h(Block, { key: block.block_id, block, where })));
}

function Block({ block, where }) {
  switch (block.type) {
    case "section":
      return h("div", { class: "block section" },
        h("div", { class: "section-words" },
          block.text && h("div", null, h(Text, { text: block.text })),
          block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", null, h(Text, { text: field }))))),
        block.accessory && h("div", { class: "accessory" }, h(Element, { element: block.accessory, block, where })));
    case "header":
      return h("h2", { class: "block header" }, h(Text, { text: block.text }));
    case "divider":
      return h("hr", { class: "block" });
    case "context":
      return h("div", { class: "block context" }, block.elements.map((each) => (each.type === "image" ? h(Picture, { image: each }) : h("span", null, h(Text, { text: each })))));
    case "actions":
    case "context_actions":
      return h("div", { class: "block actions" }, block.elements.map((element) => h(Element, { key: element.action_id, element, block, where })));
    case "image":
      return h("figure", { class: "block image" }, block.title && h("figcaption", null, h(Text, { text: block.title })), h(Picture, { image: block }));
    case "rich_text":
      return h("div", { class: "block" }, h(RichText, { elements: block.elements }));
    case "markdown":
      return h("div", { class: "block" }, h(Markdown, { text: block.text }));
    case "table":
      return h(Table, { block });
    case "input":
      return h(Input, { block, where });
    default:
      return h("div", { class: "block unknown" }, phrase("unknown_block", block));
  }
}

export function Text({ text }) {
  if (text.type === "mrkdwn") return mrkdwn(text.text, { verbatim: text.verbatim });
  const words = text.emoji === false ? [text.text] : text.text.split(/:([a-z0-9_+-]+):/).map((each, number) => (number % 2 ? h(Emoji, { name: each }) : each));
  return h("span", { class: "plain-text" }, words);
}

/** Pictures of the workspace itself are shown; the page loads none from elsewhere. */
export function Picture({ image }) {
  const own = fileOf(image);
  if (own) return h("img", { src: `/page/files/${own}`, alt: image.alt_text });
  return h("span", { class: "image-elsewhere" }, `🖼 ${image.alt_text}`);
}

function fileOf({ slack_file: file, image_url: url }) {
  if (file?.id) return file.id;
  const address = file?.url ?? url ?? "";
  return address.startsWith(place().url) ? /\/files-pri\/[^/]*-(F\w+)\//.exec(address)?.[1] : null;
}

function Table({ block }) {
  const settings = block.column_settings ?? [];
  const cell = (each) => (each.type === "rich_text" ? h(RichText, { elements: each.elements }) : String(each.text ?? each.value ?? ""));
  const row = (cells, tag) => h("tr", null, cells.map((each, number) => h(tag, { class: `align-${settings[number]?.align ?? "left"}` }, cell(each))));
  const [head, ...rest] = block.rows;
  return h("div", { class: "block table-frame", tabindex: 0, role: "region", "aria-label": phrase("table") },
    h("table", null, h("thead", null, row(head, "th")), h("tbody", null, rest.map((cells) => row(cells, "td")))));
}
