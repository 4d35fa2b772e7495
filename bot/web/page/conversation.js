/* The messages of one chat as one person sees them. An edit or a deletion changes its message
   where it stands. */

import { messageItem, pendingItem } from "./bubble.js";
import { make } from "./elements.js";
import { Rows } from "./rows.js";
import { dayOf, weekdayOf } from "./times.js";
import { words } from "./words.js";

const PAGE = 100; // messages shown at first, and added by each "older"

export class Conversation {
  /* `press(message, action)` for a button; `again(entry)` and `edit(entry)` for what failed. */
  constructor(view, village, outgoing, { press, again, edit }) {
    this.scroller = view.querySelector(".scroll");
    this.rows = new Rows(view.querySelector(".log"), (row) => this.build(row));
    this.older = view.querySelector(".older");
    this.newer = view.querySelector(".newer");
    this.village = village;
    this.outgoing = outgoing;
    this.press = press;
    this.again = again;
    this.edit = edit;
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
    if (message.sender === this.person) return words.you;
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
      if (newDay) rows.push({ key: `day ${message.id}`, label: this.dayLabel(day, message) });
      const follows = !newDay && previous.sender === message.sender
        && previous.from_bot === message.from_bot && !previous.buttons.length;
      const mine = !message.from_bot && message.sender === this.person;
      rows.push({ key: message.id, message, name: this.nameOf(message), mine, follows });
      previous = message;
    }
    return rows.concat(this.outgoing.of(this.person, this.chat.id)
      .map(({ key, failed }) => ({ key, failed, pending: true })));
  }

  dayLabel(day, { sent_at: moment }) {
    const now = this.village.now();
    const names = { [dayOf(now)]: words.today, [dayOf(now - 864e5)]: words.yesterday };
    return `${names[day] || weekdayOf(moment)}, ${day}`;
  }

  draw() {
    this.rows.show(this.content());
  }

  build(row) {
    if (row.label) return make("li", "day", row.label);
    if (row.pending) {
      return pendingItem(this.outgoing.entry(row.key), { again: this.again, edit: this.edit });
    }
    return messageItem(row, { press: this.press, shown: () => this.follow() });
  }
}
