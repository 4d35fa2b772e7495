/* Where a person writes: text, pictures and files, a place. Keeps each chat's unsent words. */

import { make } from "./elements.js";
import { words } from "./words.js";

const LARGEST = 20e6; // bytes of all files of one message
const TALLEST = 160; // px

/* Thumbs have a send button; only a keyboard's Enter sends. */
const thumbs = () => matchMedia("(hover: none) and (pointer: coarse)").matches;

/* {name, type, data}: data is base64. */
function packed(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    reader.onload = () => resolve({
      name: file.name,
      type: file.type || "application/octet-stream",
      data: reader.result.slice(reader.result.indexOf(",") + 1),
    });
    reader.readAsDataURL(file);
  });
}

const keyOf = ({ person, chat }) => `${person} ${chat}`;

function degrees(input, most) {
  const value = input.value.trim().replace(",", ".");
  const number = Number(value);
  return value && Math.abs(number) <= most ? number : null;
}

export class Composer {
  /* `send(to, {text, attachments?, location?})` resolves to whether it was stored;
     `complain(text)` shows a line, and clears it without one. */
  constructor(form, { send, complain }) {
    this.form = form;
    this.deliver = send;
    this.complain = complain;
    this.input = form.querySelector("textarea");
    this.picker = form.querySelector("input[type=file]");
    this.list = form.querySelector(".files");
    this.button = form.querySelector(".send");
    this.drafts = new Map(); // key -> {text, files}
    this.files = [];
    this.listen();
  }

  listen() {
    const find = (selector) => this.form.querySelector(selector);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.button.addEventListener("mousedown", (event) => event.preventDefault()); // keeps focus
    this.input.addEventListener("input", () => this.fit());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.picker.addEventListener("change", () => this.add([...this.picker.files]));
    this.more = { button: find(".more-open"), panel: find(".more") };
    this.place = { button: find(".place-open"), panel: find(".place") };
    this.more.button.onclick = () => this.toggle(this.more);
    this.place.button.onclick = () => this.toggle(this.place);
    find(".place-send").onclick = () => this.sendPlace();
  }

  toggle({ button, panel }, open = panel.hidden) {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (panel === this.more.panel && !open) this.toggle(this.place, false);
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || thumbs()) return;
    event.preventDefault();
    this.submit();
  }

  /* Another chat, `{person, chat}`: its own unsent words come back. */
  use(to) {
    if (this.to) this.drafts.set(keyOf(this.to), { text: this.input.value, files: this.files });
    this.to = to;
    const draft = this.drafts.get(keyOf(to)) || { text: "", files: [] };
    this.files = draft.files;
    this.toggle(this.more, false);
    this.fill(draft.text);
    this.showFiles();
  }

  fill(text) {
    this.input.value = text;
    this.fit();
  }

  /* Puts the bot's name before the words, once. */
  mention(name) {
    const text = this.input.value;
    if (!text.startsWith(name)) this.fill(`${name} ${text}`);
    this.focus();
  }

  /* On a phone the keyboard would cover what one came to read. */
  invite() {
    if (!thumbs()) this.focus();
  }

  focus() {
    this.input.focus();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, TALLEST)}px`;
  }

  add(files) {
    const all = this.files.concat(files);
    this.picker.value = "";
    if (all.reduce((sum, file) => sum + file.size, 0) > LARGEST) {
      this.complain(words.trouble(413));
      return;
    }
    this.complain();
    this.files = all;
    this.toggle(this.more, false);
    this.showFiles();
    this.input.focus();
  }

  showFiles() {
    this.list.textContent = "";
    this.list.hidden = !this.files.length;
    for (const file of this.files) {
      const item = make("li", "", file.name);
      const drop = make("button", "icon", "×");
      drop.type = "button";
      drop.setAttribute("aria-label", words.remove(file.name));
      drop.onclick = () => {
        this.files = this.files.filter((other) => other !== file);
        this.showFiles();
        this.input.focus();
      };
      item.append(drop);
      this.list.append(item);
    }
  }

  async submit() {
    const { to, files, input: { value: text } } = this;
    if (this.button.disabled) return;
    if (!text.trim() && !files.length) {
      this.focus();
      return;
    }
    const message = { text };
    try {
      if (files.length) message.attachments = await Promise.all(files.map(packed));
    } catch (error) {
      this.complain(words.unreadableFile);
      return;
    }
    if (await this.hand(to, message)) this.clear(to, text);
  }

  /* What was sent is gone, unless the person wrote on or went to another chat meanwhile. */
  clear(to, sent) {
    if (this.to !== to) {
      this.drafts.delete(keyOf(to));
      return;
    }
    this.files = [];
    this.showFiles();
    if (this.input.value === sent) this.fill("");
  }

  async sendPlace() {
    const latitude = degrees(this.form.elements.latitude, 90);
    const longitude = degrees(this.form.elements.longitude, 180);
    if (latitude === null || longitude === null) {
      this.complain(words.badPlace);
      return;
    }
    const stored = await this.hand(this.to, { text: "", location: { latitude, longitude } });
    if (stored) this.toggle(this.more, false);
  }

  async hand(to, message) {
    this.button.disabled = true;
    try {
      return await this.deliver(to, message);
    } finally {
      this.button.disabled = false;
    }
  }
}
