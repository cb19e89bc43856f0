// The page: sidebar, a channel or the app, a thread, and what stands over them.

import { h, render } from "./vendor/preact.mjs";
import { Blocks } from "./blocks.js";
import { Conversation, Hamburger, Thread } from "./conversation.js";
import { Dialogs } from "./dialogs.js";
import { Sidebar, openApp } from "./sidebar.js";
import { bot, directChannel, look, onChange, part, person, redraw, show, ui } from "./store.js";
import { phrase } from "./words.js";

function App() {
  if (!ui.me) return h("p", { class: "loading", role: "status" }, phrase("opening"));
  return h("div", { class: `page ${ui.thread ? "with-thread" : ""}` },
    h(Sidebar),
    ui.sidebar && h("div", { class: "veil", onClick: () => show({ sidebar: false }) }),
    h("div", { class: "middle" }, h(Banner), ui.channel === null ? h(AppView) : h(Conversation, { key: ui.channel, id: ui.channel })),
    ui.thread && h(Thread, { key: ui.thread.ts, thread: ui.thread }),
    h("div", { class: "toasts", role: "alert" }, ui.toast && h("div", { class: "toast" }, ui.toast, h("button", { type: "button", "aria-label": phrase("dismiss"), onClick: () => show({ toast: null }) }, "✕"))),
    h(Dialogs));
}

function Banner() {
  const words = ui.offline ? phrase("no_answer") : bot().connected ? null : phrase("starting", { app: person(bot().id).name });
  return h("div", { role: "status" }, words && h("p", { class: "banner" }, words));
}

const homeForm = { values: {}, errors: {} };

/** The app's own place: its home, and the conversation with it. */
function AppView() {
  const tab = (name, words) => h("button", { type: "button", role: "tab", "aria-selected": String(ui.tab === name), onClick: () => openApp(name) }, words);
  const heading = h("header", { class: "bar" }, h(Hamburger), h("h1", null, person(bot().id).name), h("div", { class: "tabs", role: "tablist", "aria-label": phrase("the_app") }, tab("home", phrase("home")), tab("messages", phrase("messages"))));
  if (ui.tab === "messages" && directChannel()) return h(Conversation, { key: directChannel().id, id: directChannel().id, heading });
  const view = part("home");
  return h("main", { class: "conversation" }, heading,
    h("div", { class: "home", tabindex: 0, role: "region", "aria-label": phrase("home") }, view ? h(Blocks, { blocks: view.blocks, where: { in: "home", form: homeForm } }) : h("p", { class: "empty" }, phrase("home_empty"))));
}

const root = document.getElementById("root");
onChange(() => render(h(App), root));
addEventListener("keydown", (event) => {
  const over = document.querySelector("dialog[open], :popover-open"); // what lies on top goes first
  if (event.key === "Escape" && ui.thread && !over && !event.defaultPrevented) show({ thread: null });
});
// Clocks and “a minute ago” move on by themselves.
setInterval(redraw, 20000);
look();
redraw();
