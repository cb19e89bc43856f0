// Markdown as in Slack's markdown block, also for reading a report: headings, lists, quotes, tables, code, links.

import { h } from "./vendor/preact.mjs";
import { Emoji, Link, inline as slackInline } from "./mrkdwn.js";
import { phrase } from "./words.js";

const INLINE = /\\([\\`*_{}[\]()#+\-.!|<>~])|`([^`]+)`|!?\[([^\]]*)\]\((\S+?)(?:\s+"[^"]*")?\)|(\*\*|__)(?=\S)(.+?\S|\S)\5|(?<![\w*])([*_])(?=\S)([^*_]*?\S)\7(?!\w)|~~(.+?)~~|(<[@#!][^<>]+>)|<?(https?:\/\/[^\s<>]+[^\s<>.,;:!?)\]'"])>?|:([a-z0-9_+-]+):/;
const ITEM = /^(\s*)(?:([-*+])|(\d+)[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;
const entities = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export function Markdown({ text, level = 3 }) {
  return h("div", { class: "markdown" }, blocks(text.replace(/\r\n?/g, "\n").split("\n"), level));
}

/** `level`: of a first-order heading, as it stands in the page's own outline. */
function blocks(lines, level) {
  const shown = [];
  let at = 0;
  const take = (wanted) => {
    const from = at;
    while (at < lines.length && wanted(lines[at], at - from)) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at];
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    const fence = /^\s*(```|~~~)/.exec(line);
    if (!line.trim()) at += 1;
    else if (fence) {
      at += 1;
      const code = take((each) => !each.trim().startsWith(fence[1]));
      at += 1;
      shown.push(h("pre", null, code.join("\n")));
    } else if (heading) {
      shown.push(h(`h${Math.min(6, heading[1].length + level - 1)}`, { class: `heading-${heading[1].length}` }, inline(heading[2])));
      at += 1;
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      shown.push(h("hr"));
      at += 1;
    } else if (/^\s*>/.test(line)) {
      shown.push(h("blockquote", null, blocks(take((each) => /^\s*>/.test(each)).map((each) => each.replace(/^\s*>\s?/, "")), level)));
    } else if (isTable(lines, at)) shown.push(table(take((each) => each.includes("|"))));
    else if (ITEM.test(line)) shown.push(list(take((each) => ITEM.test(each) || /^\s+\S/.test(each))));
    else shown.push(h("p", null, paragraph(take((each, number) => each.trim() && (!number || !startsBlock(lines, at))))));
  }
  return shown;
}

const startsBlock = (lines, at) => /^(#{1,6}\s|\s*(```|~~~|>))/.test(lines[at]) || ITEM.test(lines[at]) || isTable(lines, at);
const isTable = (lines, at) => lines[at].includes("|") && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] ?? "");

const paragraph = (lines) => lines.flatMap((line, number) => (number ? [h("br"), ...inline(line)] : inline(line)));

function list(lines) {
  const items = [];
  const first = ITEM.exec(lines[0]);
  for (const line of lines) {
    const found = ITEM.exec(line);
    if (found && found[1].length <= first[1].length) items.push({ words: found[5], box: found[4], inside: [] });
    else items.at(-1).inside.push(line);
  }
  const tag = first[3] ? "ol" : "ul";
  return h(tag, first[3] ? { start: Number(first[3]) } : null, items.map((item) =>
    h("li", null, item.box ? (item.box === " " ? "☐ " : "☑ ") : null, inline(item.words), item.inside.length ? nested(item.inside) : null)));
}

const nested = (lines) => (ITEM.test(lines[0]) ? list(lines) : [" ", ...inline(lines.map((line) => line.trim()).join(" "))]);

function table(lines) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());
  const aligns = cells(lines[1]).map((mark) => (mark.endsWith(":") ? (mark.startsWith(":") ? "center" : "right") : "left"));
  const row = (line, tag) => h("tr", null, cells(line).map((cell, number) => h(tag, { class: `align-${aligns[number] ?? "left"}` }, inline(cell))));
  return h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": phrase("table") },
    h("table", null, h("thead", null, row(lines[0], "th")), h("tbody", null, lines.slice(2).map((line) => row(line, "td")))));
}

function inline(text) {
  const shown = [];
  let rest = text;
  while (rest) {
    const found = INLINE.exec(rest);
    if (!found) break;
    const [whole, escaped, code, label, target, , bold, , italic, strike, marked, url, name] = found;
    if (found.index) shown.push(entities(rest.slice(0, found.index)));
    if (escaped) shown.push(escaped);
    else if (code) shown.push(h("code", null, code));
    else if (target) shown.push(h(Link, { url: target }, label ? inline(label) : target));
    else if (bold) shown.push(h("strong", null, inline(bold)));
    else if (italic) shown.push(h("em", null, inline(italic)));
    else if (strike) shown.push(h("s", null, inline(strike)));
    else if (marked) shown.push(...slackInline(marked));
    else if (url) shown.push(h(Link, { url }, url));
    else shown.push(h(Emoji, { name }));
    rest = rest.slice(found.index + whole.length);
  }
  if (rest) shown.push(entities(rest));
  return shown;
}
