// Where one writes: Enter sends, files come by button, drop or paste, commands and names are suggested.

import { Component, createRef, h } from "./vendor/preact.mjs";
import { act, complain, people, place, redraw, show, ui, upload } from "./store.js";
import { phrase } from "./words.js";

export class Composer extends Component {
  area = createRef();
  picker = createRef();
  state = { text: "", files: [], chosen: 0, quiet: false };

  render({ channel, thread, label }, { text, files, chosen, quiet }) {
    const hints = quiet ? [] : hintsFor(text, Boolean(thread));
    const list = `hints-${channel}-${thread ?? "channel"}`;
    return h("form", { class: "composer", onSubmit: (event) => this.submit(event), onPaste: (event) => this.pasted(event) },
      hints.length > 0 && h("ul", { class: "hints", id: list, role: "listbox", "aria-label": phrase("suggestions") }, hints.map((hint, number) =>
        h("li", { key: hint.fill, id: `${list}-${number}`, role: "option", "aria-selected": String(number === chosen), onMouseDown: (event) => { event.preventDefault(); this.fill(hint); } },
          h("strong", null, hint.shown), h("span", null, hint.about)))),
      files.length > 0 && h("ul", { class: "pending", "aria-label": phrase("files_to_send") }, files.map((file) =>
        h("li", { key: file.name }, h("span", { class: "file-icon pdf", "aria-hidden": true }, "PDF"), file.name,
          h("button", { type: "button", "aria-label": phrase("remove_file", { name: file.name }), onClick: () => this.setState({ files: files.filter((each) => each !== file) }) }, "✕")))),
      h("textarea", { ref: this.area, rows: 1, value: text, placeholder: label, "aria-label": label, "aria-autocomplete": "list", "aria-controls": hints.length ? list : undefined,
        "aria-activedescendant": hints.length ? `${list}-${chosen}` : undefined, onInput: (event) => this.typed(event.currentTarget.value), onKeyDown: (event) => this.key(event, hints) }),
      h("div", { class: "composer-bar" },
        h("button", { type: "button", class: "round", "aria-label": phrase("attach"), title: phrase("attach"), onClick: () => this.picker.current.click() }, h("span", { "aria-hidden": true }, "＋")),
        h("input", { ref: this.picker, type: "file", hidden: true, multiple: true, "aria-label": phrase("files"), onChange: (event) => this.attach(event.currentTarget) }),
        !thread && h("button", { type: "button", class: "round", "aria-label": phrase("slash"), title: phrase("slash"), onClick: () => this.write("/") }, h("span", { "aria-hidden": true }, "/")),
        h("span", { class: "keys", "aria-hidden": true }, phrase("keys")),
        h("button", { type: "submit", class: "send", "aria-label": phrase("send"), title: phrase("send"), disabled: !text.trim() && !files.length }, h("span", { "aria-hidden": true }, "➤"))));
  }

  /** `handle` lets what surrounds the composer put files into it. */
  componentDidMount() {
    this.props.handle.current = this;
    this.componentDidUpdate();
  }

  componentDidUpdate() {
    if (ui.draft !== null && !this.props.thread) {
      const words = ui.draft;
      ui.draft = null;
      this.write(words);
    }
    const area = this.area.current;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 180)}px`;
  }

  write(text) {
    this.typed(text);
    this.area.current.focus();
  }

  typed(text) {
    this.setState({ text, chosen: 0, quiet: false });
  }

  fill(hint) {
    this.write(hint.fill);
  }

  key(event, hints) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (hints.length && step) {
      event.preventDefault();
      this.setState(({ chosen }) => ({ chosen: (chosen + step + hints.length) % hints.length }));
    } else if (hints.length && event.key === "Escape") {
      event.preventDefault();
      this.setState({ quiet: true });
    } else if (hints.length && event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      this.fill(hints[this.state.chosen]);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      const hint = hints[this.state.chosen];
      // Enter takes a suggestion while a name or a command's own name is being typed; else it sends.
      if (hint && (hint.name || !this.state.text.includes(" "))) this.fill(hint);
      else this.submit(event);
    }
  }

  attach(input) {
    this.take(input.files);
    input.value = "";
  }

  take(list) {
    this.setState(({ files }) => ({ files: [...files, ...list] }));
    this.area.current.focus();
  }

  pasted(event) {
    if (event.clipboardData?.files.length) {
      event.preventDefault();
      this.take(event.clipboardData.files);
    }
  }

  async submit(event) {
    event.preventDefault();
    const { channel, thread } = this.props;
    const { text, files } = this.state;
    const words = text.trim();
    if (!words && !files.length) return;
    if (thread && words.startsWith("/")) {
      complain(phrase("not_in_threads", { command: words.split(" ")[0] }));
      return;
    }
    this.setState({ text: "", files: [], chosen: 0 });
    const where = { channel, ...(thread ? { thread_ts: thread } : {}) };
    const answers = [];
    for (const [number, file] of files.entries()) answers.push(await upload(file, { ...where, text: number ? "" : words }));
    if (!files.length) answers.push(await act("post", { ...where, text: words }, words.startsWith("/") ? words.split(" ")[0] : phrase("the_message")));
    const refused = answers.some((each) => each.error);
    if (refused && !this.state.text) this.setState({ text, quiet: true });
    const ts = answers.at(-1)?.ts;
    if (ts && !thread) show({ follow: { channel, ts } });
    redraw();
  }
}

/** What could be meant: commands with their usages, people's names. */
function hintsFor(text, inThread) {
  if (text.startsWith("/") && !inThread && !text.includes("\n")) {
    const typed = text.toLowerCase();
    return place().commands.flatMap((each) => {
      const usages = (each.usage_hint ?? "").split("|").map((usage) => usage.trim()).filter(Boolean);
      const lines = [...usages.map((usage) => `${each.command} ${usage}`)];
      const all = lines.length ? lines : [each.command];
      return all.filter((line) => line.toLowerCase().startsWith(typed) && line !== text).map((line) => ({ fill: line, shown: line, about: each.description ?? "" }));
    }).slice(0, 10).map((hint, number) => (number ? { ...hint, about: "" } : hint)); // said once is enough
  }
  const mention = /(?:^|\s)@(\w*)$/.exec(text);
  if (!mention) return [];
  return people().filter((each) => each.name.toLowerCase().startsWith(mention[1].toLowerCase())).map((each) => ({
    fill: `${text.slice(0, text.length - mention[1].length)}${each.name} `, shown: `@${each.name}`, about: each.is_bot ? phrase("app") : "", name: true })).filter((each) => each.fill.trim() !== text.trim());
}
