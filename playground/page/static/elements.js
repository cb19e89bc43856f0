// Interactive elements of Block Kit: what is pressed or chosen goes to the bot at once.

import { h } from "./vendor/preact.mjs";
import { Picture, Text } from "./blocks.js";
import { Menu } from "./menu.js";
import { act, channels, people, show } from "./store.js";
import { phrase } from "./words.js";

export function Element({ element, block, where }) {
  const use = (value) => press(element, block, where, value);
  switch (element.type) {
    case "button":
      return h(Button, { element, use });
    case "overflow":
      return h(Menu, { label: phrase("more_actions"), class: "button overflow", shown: "⋯", items: element.options.map((option) => ({
        words: h(Text, { text: option.text }), href: option.url, do: () => use(option.value) })) });
    case "image":
      return h(Picture, { image: element });
    case "feedback_buttons":
      return h("span", { class: "feedback" }, [["positive_button", "👍"], ["negative_button", "👎"]].map(([name, sign]) =>
        h("button", { type: "button", class: "button", "aria-label": element[name].accessibility_label ?? element[name].text.text,
          onClick: () => use(element[name].value) }, sign, " ", h(Text, { text: element[name].text }))));
    case "icon_button":
      return h("button", { type: "button", class: "button", "aria-label": element.accessibility_label ?? element.text.text, onClick: () => use(element.value) }, "🗑");
    default:
      return h(Chooser, { element, label: nameOf(element, block), onChoose: use });
  }
}

const nameOf = (element, block) => element.placeholder?.text ?? block.text?.text ?? block.label?.text ?? phrase("choose");

export async function press(element, block, { form, ...where }, value) {
  if (element.confirm && !(await confirmed(element.confirm))) return;
  await act("click", { ...where, action_id: element.action_id, block_id: block.block_id, value, values: form?.values ?? {} }, phrase("the_button"));
}

const confirmed = (asked) => new Promise((resolve) => show({ dialog: { confirm: asked, answer: resolve } }));

function Button({ element, use }) {
  const props = { class: `button ${element.style ?? ""}`, "aria-label": element.accessibility_label };
  if (element.url) return h("a", { ...props, href: element.url, target: "_blank", rel: "noopener noreferrer", onClick: () => use() }, h(Text, { text: element.text }));
  return h("button", { ...props, type: "button", onClick: async (event) => {
    const button = event.currentTarget;
    button.setAttribute("aria-busy", "true");
    await use();
    button.removeAttribute("aria-busy");
  } }, h(Text, { text: element.text }));
}

// --- choosing, also as an input of a modal -----------------------------------------------------------

const FIELDS = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
const KINDS = { channel: "public", group: "private", im: "im", mpim: "mpim" };
const idsOf = {
  users_select: () => people().map((each) => [each.id, each.name]),
  conversations_select: ({ filter }) => channels().filter((each) => !filter?.include || filter.include.includes(KINDS[each.kind])).map((each) => [each.id, each.kind === "im" ? phrase("direct") : `#${each.name}`]),
  channels_select: () => channels().filter((each) => each.kind === "channel").map((each) => [each.id, `#${each.name}`]),
};

/** `value` is what is chosen now (a list for those that take several); `onChoose` hears what is chosen next. */
export function Chooser({ element, label, value, onChoose, id, describedBy }) {
  const props = { id, "aria-label": id ? undefined : label, "aria-describedby": describedBy };
  const kind = element.type;
  if (kind === "checkboxes" || kind === "radio_buttons") return h(Boxes, { element, label, value, onChoose });
  if (kind in FIELDS) {
    const given = kind === "datetimepicker" ? localTime(value ?? element.initial_date_time) : value ?? element.initial_date ?? element.initial_time ?? "";
    return h("input", { ...props, type: FIELDS[kind], value: given, onChange: (event) => {
      const entered = event.currentTarget.value;
      onChoose(kind === "datetimepicker" ? Math.floor(new Date(entered).getTime() / 1000) : entered);
    } });
  }
  const several = kind.startsWith("multi_");
  const chosen = [value ?? initial(element)].flat().filter(Boolean);
  return h("select", { ...props, multiple: several, onChange: (event) => {
    const picked = [...event.currentTarget.selectedOptions].map((each) => each.value).filter(Boolean);
    onChoose(several ? picked : picked[0] ?? null);
  } }, several ? null : h("option", { value: "", selected: !chosen.length }, element.placeholder?.text ?? phrase("choose_one")), options(element, kind.replace("multi_", ""), chosen));
}

const localTime = (seconds) => (seconds ? new Date(seconds * 1000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16) : "");

function options(element, kind, chosen) {
  const option = (value, words) => h("option", { value, selected: chosen.includes(value) }, words);
  if (kind in idsOf) return idsOf[kind](element).map(([value, words]) => option(value, words));
  const shown = (list) => list.map((each) => option(each.value, each.text.text));
  if (element.option_groups) return element.option_groups.map((group) => h("optgroup", { label: group.label.text }, shown(group.options)));
  return shown(element.options ?? []);
}

function Boxes({ element, label, value, onChoose }) {
  const several = element.type === "checkboxes";
  const chosen = [value ?? initial(element)].flat().filter(Boolean);
  return h("div", { class: "boxes", role: several ? "group" : "radiogroup", "aria-label": label }, element.options.map((option) => h("label", null,
    h("input", { type: several ? "checkbox" : "radio", name: element.action_id, checked: chosen.includes(option.value), onChange: (event) => {
      const others = chosen.filter((each) => each !== option.value);
      onChoose(several ? [...others, ...(event.currentTarget.checked ? [option.value] : [])] : option.value);
    } }), h("span", null, h(Text, { text: option.text }), option.description && h("small", null, h(Text, { text: option.description }))))));
}

/** What an element holds before anybody touches it. */
export function initial(element) {
  const [name] = Object.keys(element).filter((each) => each.startsWith("initial_"));
  const held = element[name];
  if (Array.isArray(held)) return held.map((each) => each.value ?? each);
  return held?.value ?? held ?? null;
}
