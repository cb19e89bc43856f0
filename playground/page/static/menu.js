// A button that opens a menu in the top layer; Escape and a click elsewhere close it.

import { Component, createRef, h } from "./vendor/preact.mjs";

let count = 0;

/** `items`: {words, do, href, danger} */
export class Menu extends Component {
  button = createRef();
  popup = createRef();
  id = `menu-${(count += 1)}`;

  render({ label, shown, items, class: name, children }) {
    const { open } = this.state;
    return h("span", { class: "menu" },
      h("button", { ref: this.button, type: "button", class: name, "aria-label": label, "aria-haspopup": items ? "menu" : "dialog", "aria-expanded": String(Boolean(open)), title: label,
        onClick: () => this.toggle() }, shown),
      h("div", { ref: this.popup, id: this.id, popover: "auto", class: "popup", role: items ? "menu" : "dialog", "aria-label": label, onToggle: (event) => this.toggled(event), onKeyDown: (event) => this.move(event) },
        open && (items ? items.map((item) => h(Item, { item, close: () => this.close() })) : children(() => this.close()))));
  }

  toggle() {
    if (this.popup.current.matches(":popover-open")) this.close();
    else this.popup.current.showPopover();
  }

  close() {
    this.popup.current?.hidePopover();
    this.button.current?.focus();
  }

  toggled(event) {
    this.setState({ open: event.newState === "open" }, () => {
      if (event.newState !== "open") return;
      this.place();
      this.popup.current.querySelector("button, a, input")?.focus();
    });
  }

  place() {
    const near = this.button.current.getBoundingClientRect();
    const popup = this.popup.current;
    const below = near.bottom + popup.offsetHeight + 8 < innerHeight;
    popup.style.top = `${Math.max(8, below ? near.bottom + 4 : near.top - popup.offsetHeight - 4)}px`;
    popup.style.left = `${Math.max(8, Math.min(near.left, innerWidth - popup.offsetWidth - 8))}px`;
  }

  move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !this.props.items) return;
    event.preventDefault();
    const items = [...this.popup.current.querySelectorAll("[role=menuitem]")];
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
  }
}

function Item({ item, close }) {
  const act = () => {
    close();
    item.do?.();
  };
  if (item.href) return h("a", { role: "menuitem", href: item.href, target: "_blank", rel: "noopener noreferrer", onClick: act }, item.words);
  return h("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", onClick: act }, item.words);
}
