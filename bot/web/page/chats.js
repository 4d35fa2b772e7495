/* A person's chats: title, where it belongs, what was said last and when, how much is unread. */

import { summaryOf } from "./bubble.js";
import { arrows, badge, dress, make, makeButton } from "./elements.js";
import { Rows } from "./rows.js";
import { dayOf, timeOf } from "./times.js";
import { words } from "./words.js";

const joined = (...parts) => parts.filter(Boolean).join(" · ");

/* "Thôn Bến Đò · Hộ dân", or that nobody has tied the group yet. */
export function whereIs(chat) {
  if (chat.kind === "private") return words.private;
  return joined(chat.place || words.untied, words.segments[chat.segment] || chat.segment);
}

export const lookOf = (chat) => (chat.kind === "group" ? "group" : "bot");

export class Chats {
  /* `go(chat)` is called with the id of the chat taken. */
  constructor(list, village, go) {
    this.rows = new Rows(list, (row) => this.row(row));
    this.village = village;
    this.go = go;
    arrows(list);
  }

  /* The private chat first, then those where something was said last. */
  draw(person, current) {
    const rows = (this.village.chats.get(person) || [])
      .map((chat) => this.summary(person, chat, chat.id === current));
    const groups = rows.slice(1)
      .sort((one, other) => (one.at < other.at) - (one.at > other.at));
    this.rows.show(rows.slice(0, 1).concat(groups));
  }

  summary(person, chat, current) {
    const history = this.village.history(chat.id);
    const last = history[history.length - 1];
    return {
      key: `${person} ${chat.id}`,
      chat,
      current,
      unread: this.village.unread(person, chat.id),
      preview: last ? this.preview(person, last) : words.noMessages,
      at: last ? last.sent_at : "",
      when: last ? this.when(last.sent_at) : "",
    };
  }

  preview(person, message) {
    const names = this.village.person(message.sender) || { name: message.sender };
    const who = message.from_bot ? words.bot : names.name;
    return `${message.sender === person ? words.you : who}: ${summaryOf(message).slice(0, 120)}`;
  }

  when(moment) {
    const [day, now] = [dayOf(moment), this.village.now()];
    if (day === dayOf(now)) return timeOf(moment);
    return day === dayOf(now - 864e5) ? words.yesterday : day;
  }

  row({ chat, unread, preview, when, current }) {
    const button = makeButton(`row${unread ? " unread" : ""}`, "", () => this.go(chat.id));
    button.dataset.id = chat.id;
    if (current) button.setAttribute("aria-current", "true");
    const titles = make("span", "titles");
    const about = make("span", `about${chat.kind === "group" && !chat.place ? " untied" : ""}`);
    about.textContent = whereIs(chat);
    titles.append(make("strong", "", chat.title), about, make("span", "preview", preview));
    const side = make("span", "side", when);
    if (unread) side.append(badge(unread, words.unread(unread)));
    button.append(dress(make("span"), chat.id, chat.title, lookOf(chat)), titles, side);
    const item = make("li");
    item.append(button);
    return item;
  }
}
