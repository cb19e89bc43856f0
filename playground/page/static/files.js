// Files as tiles: a PDF by name and size, a text to read in place.

import { Component, h } from "./vendor/preact.mjs";
import { Markdown } from "./markdown.js";
import { show } from "./store.js";
import { phrase } from "./words.js";

const READABLE = new Set(["markdown", "text", "json"]);
const texts = new Map();

export const Files = ({ files }) => h("div", { class: "files" }, files.map((file) => h(File, { key: file.id, file })));

function File({ file }) {
  if (file.mode === "tombstone") return h("div", { class: "file gone" }, phrase("file_deleted"));
  if (!file.name) return h("div", { class: "file" }, phrase("file_elsewhere"));
  if (file.filetype === "png") return h("a", { href: address(file), target: "_blank" }, h("img", { class: "picture", src: address(file), alt: file.title }));
  if (READABLE.has(file.filetype)) return h(Reader, { key: file.id, file });
  return h("a", { class: "file", href: address(file), target: "_blank", rel: "noopener" }, h(Tile, { file }));
}

const address = (file) => `/page/files/${file.id}`;

function Tile({ file }) {
  return [
    h("span", { class: `file-icon ${file.filetype}`, "aria-hidden": true }, file.filetype === "pdf" ? "PDF" : file.filetype === "markdown" ? "MD" : "FILE"),
    h("span", { class: "file-words" }, h("span", { class: "file-name" }, file.title || file.name), h("span", { class: "file-kind" }, `${file.pretty_type} · ${sized(file.size)}`)),
  ];
}

const sized = (bytes) => (bytes < 1000 ? phrase("bytes", { count: bytes }) : bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

class Reader extends Component {
  async componentDidMount() {
    const { file } = this.props;
    if (!texts.has(file.id)) texts.set(file.id, await (await fetch(address(file))).text());
    this.setState({ text: texts.get(file.id) });
  }

  render({ file }, { text }) {
    const read = () => show({ dialog: { file, text } });
    return h("div", { class: "file reader" },
      h("div", { class: "file-head" }, h(Tile, { file }), h("a", { class: "button", href: address(file), download: file.name }, phrase("download"))),
      text !== undefined && h("div", { class: "preview" }, h(FileText, { file, text: text.slice(0, 1500) })),
      text !== undefined && h("button", { type: "button", class: "button expand", onClick: read }, phrase("read_all")));
  }
}

export function FileText({ file, text }) {
  return file.filetype === "markdown" ? h(Markdown, { text, level: 3 }) : h("pre", null, text);
}
