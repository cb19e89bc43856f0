// Input blocks of a modal: what is entered waits in the modal's form until it is sent.

import { h } from "./vendor/preact.mjs";
import { Text } from "./blocks.js";
import { Chooser, initial, press } from "./elements.js";
import { redraw, ui, upload } from "./store.js";
import { phrase } from "./words.js";

const TYPES = { plain_text_input: "text", url_text_input: "url", email_text_input: "email", number_input: "number" };

/** `where.form` holds `values` and `errors` by block; in a message, which has none, they go as they come. */
export function Input({ block, where }) {
  const { element } = block;
  const form = where.form ?? { values: {}, errors: {} };
  const id = `input-${block.block_id}`;
  const error = form.errors[block.block_id];
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const group = ["checkboxes", "radio_buttons"].includes(element.type);
  return h("div", { class: `block input ${error ? "wrong" : ""}` },
    h(group ? "div" : "label", { class: "label", for: group ? undefined : id }, h(Text, { text: block.label }), block.optional && h("span", { class: "optional" }, phrase("optional"))),
    h(Entry, { element, block, form, where, id, describedBy: described }),
    block.hint && h("div", { class: "hint", id: `${id}-hint` }, h(Text, { text: block.hint })),
    error && h("div", { class: "error", id: `${id}-error`, role: "alert" }, error));
}

function Entry({ element, block, form, where, id, describedBy }) {
  const value = form.values[block.block_id];
  const enter = (entered) => {
    form.values[block.block_id] = entered;
    if (block.dispatch_action && !(element.type in TYPES)) press(element, block, where, entered);
    redraw();
  };
  const entered = (event) => {
    if (event.key !== "Enter" || !block.dispatch_action || event.isComposing) return;
    event.preventDefault();
    press(element, block, where, event.currentTarget.value);
  };
  const props = { id, "aria-describedby": describedBy, required: !block.optional, placeholder: element.placeholder?.text };
  if (element.type === "file_input") return h(FileEntry, { element, value, enter, id, describedBy });
  if (!(element.type in TYPES)) return h(Chooser, { element, label: block.label.text, value, onChoose: enter, id, describedBy });
  const text = { ...props, value: value ?? initial(element) ?? "", minlength: element.min_length, maxlength: element.max_length, onInput: (event) => enter(event.currentTarget.value), onKeyDown: entered };
  if (element.multiline) return h("textarea", { ...text, rows: 5 });
  return h("input", { ...text, type: TYPES[element.type], step: element.is_decimal_allowed ? "any" : undefined, min: element.min_value, max: element.max_value });
}

function FileEntry({ element, value, enter, id, describedBy }) {
  const accept = element.filetypes?.map((each) => `.${each}`).join(",");
  const several = (element.max_files ?? 10) > 1;
  return h("input", { id, type: "file", accept, multiple: several, "aria-describedby": describedBy, "data-files": (value ?? []).length, onChange: async (event) => {
    const answers = await Promise.all([...event.currentTarget.files].map((file) => upload(file, {})));
    if (ui.me) enter(answers.map((each) => each.file).filter(Boolean));
  } });
}
