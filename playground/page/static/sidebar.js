// Where one can go, what one can try, who one is, and what time it is.

import { h } from "./vendor/preact.mjs";
import { Menu } from "./menu.js";
import { act, bot, channels, complain, directChannel, goTo, look, me, now, people, person, place, show, ui, unread, zone } from "./store.js";
import { instant, longTime, next, shortNow, wallTime } from "./times.js";
import { phrase } from "./words.js";

const DAY = 86400;

export function Sidebar() {
  const open = channels().filter((each) => each.kind === "channel" || each.kind === "group");
  const app = person(bot().id);
  return h("nav", { class: `sidebar ${ui.sidebar ? "open" : ""}`, "aria-label": phrase("workspace") },
    h("div", { class: "workspace" }, h("img", { src: "/static/icon.svg", alt: "", width: 28, height: 28 }), h("strong", null, phrase("playground")),
      h("button", { type: "button", class: "round close-sidebar", "aria-label": phrase("close_sidebar"), onClick: () => show({ sidebar: false }) }, "✕")),
    h("div", { class: "sidebar-scroll" },
      h("h2", null, phrase("channels")),
      h("ul", { class: "places" }, open.map((each) => h(Place, { key: each.id, here: ui.channel === each.id, words: `${each.kind === "group" ? "🔒" : "#"} ${each.name}`, count: unread(each.id), go: () => goTo(each.id) }))),
      h("h2", null, phrase("apps")),
      h("ul", { class: "places" }, h(Place, { here: ui.channel === null, words: app.name, dot: bot().connected, count: directChannel() ? unread(directChannel().id) : 0, go: () => openApp("home") })),
      h(Guide)),
    h("div", { class: "sidebar-end" }, h(Clock), h("div", { class: "sidebar-row" }, h(Who), h(Theme))));
}

function Place({ here, words, count, go, dot }) {
  return h("li", null, h("button", { type: "button", class: `${here ? "here" : ""} ${count && !here ? "unread" : ""}`, "aria-current": here ? "page" : undefined, onClick: go },
    dot !== undefined && h("span", { class: `dot ${dot ? "on" : ""}`, "aria-hidden": true }), h("span", { class: "name" }, words),
    count > 0 && !here && h("span", { class: "badge", "aria-label": phrase("unread", { count }) }, count)));
}

export async function openApp(tab) {
  show({ channel: null, thread: null, tab, sidebar: false });
  await act("open_app", { tab }, phrase("the_app"));
}

// --- things to try ----------------------------------------------------------------------------------

function Guide() {
  const into = ui.channel;
  const share = async (sample, by) => {
    const where = into ?? channels().find((each) => each.kind === "channel")?.id;
    if (where !== ui.channel) goTo(where);
    show({ sidebar: false });
    const { ts } = await act("share_sample", { channel: where, name: sample.name, by }, phrase("the_sample"));
    if (ts) show({ follow: { channel: where, ts } });
  };
  const write = (draft) => {
    if (ui.channel === null) goTo(channels().find((each) => each.kind === "channel")?.id);
    show({ draft, sidebar: false });
  };
  return h("section", { class: "guide", "aria-labelledby": "guide" }, h("h2", { id: "guide" }, phrase("try")),
    h("h3", null, phrase("try_share")),
    h("ul", { class: "samples" }, place().samples.map((sample) => h("li", { key: sample.name }, h("span", { class: "sample-title", lang: sample.language }, sample.title),
      h("span", { class: "sample-ways" }, h("button", { type: "button", "aria-label": phrase("share_link_of", sample), onClick: () => share(sample, "link") }, phrase("share_link")),
        h("button", { type: "button", "aria-label": phrase("upload_pdf_of", sample), onClick: () => share(sample, "pdf") }, phrase("upload_pdf")))))),
    h("p", null, phrase("or_paste")),
    h("h3", null, phrase("try_digest")),
    h("button", { type: "button", class: "try", onClick: () => write("/digest week") }, "/digest week"),
    h("h3", null, phrase("try_schedule")),
    h("button", { type: "button", class: "try", onClick: () => write("/digest schedule weekly mon 09:00") }, "/digest schedule weekly mon 09:00"),
    h("button", { type: "button", class: "try", onClick: () => moveTo(next(now(), zone(), 9, 0, 1)) }, phrase("monday_now")));
}

// --- time -------------------------------------------------------------------------------------------

async function moveTo(seconds) {
  const ahead = seconds - now();
  if (ahead <= 0) complain(phrase("only_forward"));
  else await act("move_clock", { seconds: ahead }, phrase("the_clock"));
}

function Clock() {
  const at = now();
  const moves = [[phrase("in_an_hour"), at + 3600], [phrase("tomorrow"), next(at, zone(), 9, 0)], [phrase("monday"), next(at, zone(), 9, 0, 1)], [phrase("in_a_week"), at + 7 * DAY]];
  return h(Menu, { class: "clock", label: phrase("move_time", { time: longTime(at, zone()) }), shown: [h("span", { "aria-hidden": true }, "🕘 "), phrase("it_is", { time: shortNow(at, zone()) })], children: (close) =>
    h("div", { class: "clock-menu" }, h("p", null, phrase("let_pass")),
      moves.map(([words, to]) => h("button", { key: words, type: "button", class: "button", onClick: () => { close(); moveTo(to); } }, words)),
      h("form", { onSubmit: (event) => {
        event.preventDefault();
        const [year, month, day, hour, minute] = event.currentTarget.elements.at.value.split(/\D/).map(Number);
        close();
        if (year) moveTo(instant(year, month, day, hour, minute, zone()));
      } }, h("label", null, phrase("or_until", { zone: zone() }), h("input", { type: "datetime-local", name: "at", min: forInput(at), defaultValue: forInput(at) })), h("button", { type: "submit", class: "button primary" }, phrase("go")))) });
}

function forInput(seconds) {
  const { year, month, day, hour, minute } = wallTime(seconds, zone());
  return new Date(Date.UTC(year, month - 1, day, hour, minute)).toISOString().slice(0, 16);
}

function Who() {
  return h("label", { class: "who" }, phrase("you_are"), h("select", { onChange: (event) => look(event.currentTarget.value) },
    people().filter((each) => !each.is_bot).map((each) => h("option", { key: each.id, value: each.id, selected: each.id === me()?.id }, `${each.name}, ${each.tz}`))));
}

function Theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  return h("button", { type: "button", class: "theme", "aria-label": phrase(dark ? "light" : "dark"), title: phrase(dark ? "light" : "dark"), onClick: () => {
    root.dataset.theme = dark ? "light" : "dark";
    show({});
  } }, h("span", { "aria-hidden": true }, dark ? "☀" : "☾"));
}
