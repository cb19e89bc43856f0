// What stands over the page: modals of the bot, confirmations, a file to read, a message to edit.

import { Component, createRef, h } from "./vendor/preact.mjs";
import { Blocks, Text } from "./blocks.js";
import { initial } from "./elements.js";
import { FileText } from "./files.js";
import { act, part, redraw, show, ui } from "./store.js";
import { phrase } from "./words.js";

/** A `<dialog>`: the browser keeps the focus inside and gives it back afterwards. */
class Dialog extends Component {
  frame = createRef();

  componentDidMount() {
    this.frame.current.showModal();
  }

  render({ title, onLeave, children, wide }) {
    return h("dialog", { ref: this.frame, class: wide ? "wide" : "", "aria-label": title, onCancel: (event) => { event.preventDefault(); onLeave(); } },
      h("header", null, h("h2", null, title), h("button", { type: "button", class: "round", "aria-label": phrase("close"), onClick: onLeave }, "✕")), children);
  }
}

/** The modal that the bot has opened. */
export class Modal extends Component {
  form = { values: {}, errors: {} };

  render({ view }, { busy }) {
    const where = { in: "modal", form: this.form };
    const leave = () => act("close", {}, phrase("the_dialog"));
    return h(Dialog, { title: view.title.text, onLeave: leave },
      h("form", { onSubmit: (event) => this.submit(event) },
        h("div", { class: "dialog-body", tabindex: 0, role: "region", "aria-label": view.title.text }, h(Blocks, { blocks: view.blocks, where })),
        h("footer", null,
          h("button", { type: "button", class: "button", onClick: leave }, view.close ? h(Text, { text: view.close }) : phrase("cancel")),
          view.submit && h("button", { type: "submit", class: "button primary", disabled: Boolean(busy) }, h(Text, { text: view.submit })))));
  }

  async submit(event) {
    event.preventDefault();
    this.setState({ busy: true });
    const inputs = this.props.view.blocks.filter((each) => each.type === "input");
    const values = Object.fromEntries(inputs.map((each) => [each.block_id, this.form.values[each.block_id] ?? initial(each.element)]).filter(([, value]) => value !== null && value !== ""));
    const answer = await act("submit", { values }, phrase("the_form"));
    this.form.errors = answer.errors ?? {};
    this.setState({ busy: false });
    redraw();
  }
}

export function Dialogs() {
  const view = part("modal");
  const { dialog } = ui;
  return [
    view && h(Modal, { key: view.id, view }),
    dialog?.confirm && h(Confirmation, { key: "confirm", asked: dialog.confirm, answer: dialog.answer }),
    dialog?.edit && h(Edit, { key: "edit", message: dialog.edit }),
    dialog?.file && h(Dialog, { key: "file", title: dialog.file.title || dialog.file.name, wide: true, onLeave: () => show({ dialog: null }) },
      h("div", { class: "dialog-body file-text", tabindex: 0, role: "region", "aria-label": phrase("the_file") }, h(FileText, { file: dialog.file, text: dialog.text }))),
  ];
}

function Confirmation({ asked, answer }) {
  const say = (yes) => {
    show({ dialog: null });
    answer(yes);
  };
  return h(Dialog, { title: asked.title.text, onLeave: () => say(false) },
    h("div", { class: "dialog-body" }, h(Text, { text: asked.text })),
    h("footer", null, h("button", { type: "button", class: "button", onClick: () => say(false) }, asked.deny.text),
      h("button", { type: "button", class: `button ${asked.style === "danger" ? "danger" : "primary"}`, onClick: () => say(true) }, asked.confirm.text)));
}

class Edit extends Component {
  area = createRef();

  render({ message }) {
    const leave = () => show({ dialog: null });
    const plain = message.text.replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
    return h(Dialog, { title: phrase("edit_message"), onLeave: leave },
      h("form", { onSubmit: async (event) => {
        event.preventDefault();
        const answer = await act("edit", { channel: message.channel, ts: message.ts, text: this.area.current.value }, phrase("the_message"));
        if (!answer.error) leave();
      } },
        h("div", { class: "dialog-body" }, h("textarea", { ref: this.area, rows: 4, "aria-label": phrase("message"), defaultValue: plain })),
        h("footer", null, h("button", { type: "button", class: "button", onClick: leave }, phrase("cancel")), h("button", { type: "submit", class: "button primary" }, phrase("save")))));
  }
}
