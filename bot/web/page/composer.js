/* Where a person writes: text, pictures and files, a place. Keeps each chat's unsent words. */

import { make, makeButton } from "./elements.js";
import { keep, recall } from "./memory.js";
import { spotOf } from "./spot.js";
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
  /* `send(to, {text, attachments?, location?})`; `complain(text)` shows a line, and clears it
     without one. */
  constructor(form, { send, complain }) {
    this.form = form;
    this.send = send;
    this.complain = complain;
    this.input = form.querySelector("textarea");
    this.picker = form.querySelector("input[type=file]");
    this.list = form.querySelector(".files");
    this.drafts = recall("sessionStorage", "drafts", {});
    this.held = new Map(); // key of a chat -> files not sent yet
    this.files = [];
    this.listen();
  }

  listen() {
    const find = (selector) => this.form.querySelector(selector);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    const button = find(".send");
    button.addEventListener("mousedown", (event) => event.preventDefault()); // keeps focus
    this.input.addEventListener("input", () => this.changed());
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

  /* Whether something was open that Esc has now closed. */
  fold() {
    const open = !this.more.panel.hidden;
    this.toggle(this.more, false);
    if (open) this.more.button.focus();
    return open;
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || thumbs()) return;
    event.preventDefault();
    this.submit();
  }

  /* Another chat, `{person, chat}`: its own unsent words come back. `home`: the person's place. */
  use(to, home) {
    if (this.to) this.held.set(keyOf(this.to), this.files);
    this.to = to;
    this.files = this.held.get(keyOf(to)) || [];
    this.toggle(this.more, false);
    this.fill(this.drafts[keyOf(to)] || "");
    this.showFiles();
    const { latitude, longitude } = spotOf(home);
    this.form.elements.latitude.value = latitude;
    this.form.elements.longitude.value = longitude;
    this.place.panel.querySelector("p").textContent = words.nearPlace(home || words.elsewhere);
  }

  fill(text) {
    this.input.value = text;
    this.changed();
  }

  /* Also another pane may write in this chat, so only this key is touched. */
  changed() {
    const kept = recall("sessionStorage", "drafts", this.drafts);
    if (this.input.value) kept[keyOf(this.to)] = this.input.value;
    else delete kept[keyOf(this.to)];
    this.drafts = kept;
    keep("sessionStorage", "drafts", kept);
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
    if (!this.input.scrollHeight) this.input.style.height = "";
    else this.input.style.height = `${Math.min(this.input.scrollHeight + 2, TALLEST)}px`;
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
      const item = make("li");
      if (/^image\//.test(file.type)) item.append(this.thumbnail(file));
      const drop = makeButton("icon", "×", () => {
        this.files = this.files.filter((other) => other !== file);
        this.showFiles();
        this.input.focus();
      });
      drop.setAttribute("aria-label", words.remove(file.name));
      item.append(make("span", "", file.name), drop);
      this.list.append(item);
    }
  }

  thumbnail(file) {
    const image = make("img");
    image.alt = "";
    image.src = URL.createObjectURL(file);
    const free = () => URL.revokeObjectURL(image.src);
    image.onload = free;
    image.onerror = () => {
      free();
      image.remove();
    };
    return image;
  }

  async submit() {
    const { to, files } = this;
    const text = this.input.value;
    if (!text.trim() && !files.length) {
      this.focus();
      return;
    }
    this.files = [];
    this.showFiles();
    this.fill("");
    const message = { text };
    try {
      if (files.length) message.attachments = await Promise.all(files.map(packed));
    } catch (error) {
      this.complain(words.unreadableFile);
      if (this.to === to && !this.input.value) this.fill(text);
      return;
    }
    this.send(to, message);
  }

  sendPlace() {
    const latitude = degrees(this.form.elements.latitude, 90);
    const longitude = degrees(this.form.elements.longitude, 180);
    if (latitude === null || longitude === null) {
      this.complain(words.badPlace);
      return;
    }
    this.complain();
    this.toggle(this.more, false);
    this.send(this.to, { text: "", location: { latitude, longitude } });
  }
}
