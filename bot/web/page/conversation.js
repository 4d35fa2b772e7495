/* The messages of one chat as one person sees them. An edit or a deletion changes its message
   where it stands. */

import { make } from "./elements.js";
import { Rows } from "./rows.js";
import { dayOf, timeOf, weekdayOf, words } from "./words.js";

const LINK = /https?:\/\/[^\s<>"'“”]+/g;
const PAGE = 100; // messages shown at first, and added by each "older"

/* Text as text; only http(s) addresses become links. */
function write(parent, text) {
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(/[.,;:!?)\]…]+$/, "");
    const link = make("a", "", address);
    link.href = address;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    parent.append(text.slice(from, match.index), link);
    from = match.index + address.length;
  }
  parent.append(text.slice(from));
}

function sizeOf(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function fileLink({ name, size, url }) {
  const link = make("a", "file", `${name || words.file} · ${sizeOf(size)}`);
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener";
  return link;
}

function attached(attachment) {
  if (!/^image\//.test(attachment.type)) return fileLink(attachment);
  const link = fileLink(attachment);
  const image = make("img", "photo");
  image.src = attachment.url;
  image.alt = attachment.name || words.photo;
  image.onerror = () => image.replaceWith(image.alt); // it only said that it was a picture
  link.className = "picture";
  link.textContent = "";
  link.append(image);
  return link;
}

function aboutLine(message) {
  const about = make("p", "about");
  const notes = [message.pinned && words.pinned, message.edited_at && words.edited];
  const time = make("time", "", timeOf(message.sent_at));
  time.dateTime = message.sent_at;
  about.append(notes.filter(Boolean).map((note) => `${note} · `).join(""), time);
  return about;
}

function buttonRow(message, press) {
  const row = make("div", "buttons");
  for (const { label, action } of message.buttons) {
    const button = make("button", "", label);
    button.type = "button";
    button.onclick = () => press(message, action);
    row.append(button);
  }
  return row;
}

/* The words of a message; a place sent without words is said in words. */
export function textOf(message) {
  if (message.text || message.attachments.length) return message.text;
  return words.location(message.location);
}

export class Conversation {
  /* `press(message, action)` is called for a button. */
  constructor(view, village, press) {
    this.scroller = view.querySelector(".scroll");
    this.rows = new Rows(view.querySelector(".log"), (row) => (
      row.message ? this.bubble(row) : this.dayLine(row)
    ));
    this.older = view.querySelector(".older");
    this.newer = view.querySelector(".newer");
    this.village = village;
    this.press = press;
    this.older.onclick = () => this.showOlder();
    this.newer.onclick = () => this.toEnd();
    this.scroller.addEventListener("scroll", () => this.look(), { passive: true });
    new ResizeObserver(() => this.follow()).observe(this.scroller);
  }

  open(person, chat) {
    this.person = person;
    this.chat = chat;
    this.shown = PAGE;
    this.rows.clear();
    this.draw();
    this.toEnd();
  }

  refresh(arrived) {
    this.draw();
    this.follow();
    if (arrived && !this.following) this.newer.hidden = false;
  }

  look() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.following = scrollHeight - scrollTop - clientHeight < 60;
    if (this.following) this.newer.hidden = true;
  }

  /* Whoever read the end still sees it when messages, pictures or the keyboard move it. */
  follow() {
    if (this.following) this.toEnd();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.following = true;
    this.newer.hidden = true;
  }

  showOlder() {
    const fromEnd = this.scroller.scrollHeight - this.scroller.scrollTop;
    this.shown += PAGE;
    this.draw();
    this.scroller.scrollTop = this.scroller.scrollHeight - fromEnd;
  }

  nameOf(message) {
    if (message.from_bot) return words.bot;
    const person = this.village.person(message.sender);
    return person ? person.name : message.sender;
  }

  /* Day lines and messages in order, each with a key and all that its look depends on. */
  content() {
    const messages = this.village.history(this.chat.id);
    this.older.hidden = messages.length <= this.shown;
    const rows = [];
    let previous = null;
    for (const message of messages.slice(-this.shown)) {
      const day = dayOf(message.sent_at);
      const newDay = !previous || dayOf(previous.sent_at) !== day;
      if (newDay) rows.push({ key: `day ${message.id}`, day, moment: message.sent_at });
      const follows = !newDay && previous.sender === message.sender
        && previous.from_bot === message.from_bot && !previous.buttons.length;
      rows.push({ key: message.id, message, follows });
      previous = message;
    }
    return rows;
  }

  draw() {
    this.rows.show(this.content());
  }

  dayLine({ day, moment }) {
    return make("li", "day", `${weekdayOf(moment)}, ${day}`);
  }

  bubble({ message, follows }) {
    const mine = !message.from_bot && message.sender === this.person;
    const item = make("li", `message${mine ? " mine" : ""}${message.from_bot ? " bot" : ""}`);
    if (follows) item.classList.add("follows");
    item.dataset.id = message.id;
    const bubble = make("div", "bubble");
    const sender = make("p", mine || follows ? "unseen" : "sender");
    sender.textContent = mine ? words.you : this.nameOf(message);
    bubble.append(sender);
    if (message.deleted) bubble.append(make("p", "text gone", words.deleted));
    else this.fill(bubble, message);
    bubble.append(aboutLine(message));
    item.append(bubble);
    if (!message.deleted && message.buttons.length) item.append(buttonRow(message, this.press));
    return item;
  }

  fill(bubble, message) {
    for (const attachment of message.attachments) {
      const element = attached(attachment);
      const image = element.querySelector("img");
      if (image) image.onload = () => this.follow();
      bubble.append(element);
    }
    if (!textOf(message)) return;
    const text = make("p", "text");
    write(text, textOf(message));
    bubble.append(text);
  }
}
