/* One person at their phone: who am I, my chats, one chat. Where it stands is decided outside
   (`go`), so that the address, the back button and two panes agree. */

import { pressButton, sendMessage } from "./api.js";
import { Composer } from "./composer.js";
import { Conversation, textOf } from "./conversation.js";
import { dress, make } from "./elements.js";
import { People, roleOf } from "./people.js";
import { Rows } from "./rows.js";
import { dayOf, timeOf, words } from "./words.js";

const joined = (...parts) => parts.filter(Boolean).join(" · ");

function whereIs(chat) {
  if (chat.kind === "private") return words.private;
  return joined(chat.place || words.untied, words.segments[chat.segment] || chat.segment);
}

function badge(count) {
  const mark = make("span", "badge", count > 99 ? "99+" : String(count));
  mark.setAttribute("aria-label", words.unread(count));
  mark.setAttribute("role", "img");
  return mark;
}

export class Pane {
  /* `go(pane, {person, chat})` moves this pane; `close(pane)` takes it away. */
  constructor(village, { go, close }) {
    const template = document.getElementById("pane-template");
    this.element = template.content.cloneNode(true).firstElementChild;
    this.village = village;
    this.go = (place) => go(this, place);
    this.views = {};
    for (const name of ["people", "chats", "chat"]) this.views[name] = this.find(`.view.${name}`);
    this.status = this.find("[aria-live]");
    this.failure = this.find(".error");
    this.place = {};
    this.build(() => close(this));
    this.forget = village.watch((chat, message) => this.hear(chat, message));
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  build(close) {
    const { people, chat } = this.views;
    this.people = new People(people, this.village, ({ id }) => this.go({ person: id }));
    this.chatRows = new Rows(this.find(".chats .rows"), (row) => this.row(row));
    this.conversation = new Conversation(chat, this.village, (...press) => this.press(...press));
    this.composer = new Composer(chat.querySelector("form"), {
      send: (to, message) => this.attempt(() => sendMessage({ ...to, ...message })),
      complain: (text) => this.complain(text),
    });
    this.find(".chats .back").onclick = () => this.go({});
    this.find(".chat .back").onclick = () => this.go({ person: this.place.person });
    this.find(".hint button").onclick = () => this.composer.mention(this.chat.mention);
    this.find(".greeting button").onclick = () => this.greet();
    for (const button of this.element.querySelectorAll(".close")) button.onclick = close;
  }

  /* Shows `{person, chat}`; what does not exist (any more) falls back to the list before it. */
  async show({ person, chat }) {
    const from = this.place;
    const asked = { person, chat };
    this.place = asked;
    const known = person === from.person && this.village.chats.has(person);
    if (this.village.person(person) && !known) await this.village.loadChats(person);
    if (this.place !== asked) return;
    if (!this.village.person(person)) this.place = {};
    else if (!this.village.chat(person, chat)) this.place = { person };
    const before = this.element.dataset.view;
    this.element.dataset.view = this.view;
    const moved = person !== from.person || chat !== from.chat;
    if (moved && this.chat) this.open();
    else this.draw();
    if (moved || before !== this.view) this.settle(from);
  }

  get chat() {
    return this.village.chat(this.place.person, this.place.chat);
  }

  get view() {
    if (this.place.chat) return "chat";
    return this.place.person ? "chats" : "people";
  }

  /* The keyboard goes to the writing line, or to the row one came back from. */
  settle(from) {
    const origin = this.view === "chats" ? from.chat : from.person;
    const row = [...this.views[this.view].querySelectorAll(".row")]
      .find(({ dataset }) => dataset.id === origin);
    if (row) row.focus();
    else if (this.view === "chat") this.composer.invite();
  }

  open() {
    const { person } = this.place;
    const { chat } = this;
    this.complain();
    const about = joined(whereIs(chat), words.styles[chat.style]);
    this.titles(this.views.chat, chat.title, about, chat.id, chat.kind === "group");
    this.find(".who strong").textContent = this.village.person(person).name;
    this.find(".hint").hidden = chat.kind !== "group";
    this.composer.use({ person, chat: chat.id });
    this.conversation.open(person, chat);
    this.draw();
    this.village.reload(chat.id).catch((error) => this.fail(error));
  }

  titles(view, title, about, key, square) {
    view.querySelector(".titles h2").textContent = title;
    view.querySelector(".titles p").textContent = about;
    dress(view.querySelector(".avatar"), key, title, square);
  }

  /* Many changes at once cost one drawing. */
  hear(chat, message) {
    const here = chat === this.place.chat;
    if (here && message) this.arrived = message;
    if (this.due || !this.place.person) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      this.draw();
    });
  }

  draw() {
    const person = this.village.person(this.place.person);
    if (!person) {
      this.people.draw();
      return;
    }
    if (this.chat) this.drawChat();
    const chats = this.village.chats.get(person.id) || [];
    const style = chats.length ? words.styles[chats[0].style] : "";
    const about = joined(roleOf(person), person.place, style);
    this.titles(this.views.chats, person.name, about, person.id, false);
    this.chatRows.show(chats.map((chat) => this.summary(person.id, chat)));
  }

  drawChat() {
    const { chat, arrived } = this;
    this.arrived = undefined;
    this.village.markRead(this.place.person, chat.id);
    this.conversation.refresh(arrived);
    const silent = !this.village.history(chat.id).length;
    const alone = chat.kind === "private";
    this.find(".greeting").hidden = !silent;
    this.find(".greeting span").textContent = alone ? words.greetPrivate : words.greetGroup;
    this.find(".greeting button").hidden = !alone;
    if (arrived && arrived.sender !== this.place.person) this.announce(arrived);
  }

  announce(message) {
    const name = this.conversation.nameOf(message);
    this.status.textContent = `${name}: ${textOf(message).slice(0, 200)}`;
  }

  /* Everything a row of the chat list says. */
  summary(person, chat) {
    const history = this.village.history(chat.id);
    const last = history[history.length - 1];
    return {
      key: `${person} ${chat.id}`,
      chat,
      unread: this.village.unread(person, chat.id),
      preview: last ? this.preview(person, last) : words.noMessages,
      when: last ? this.when(last.sent_at) : "",
      current: chat.id === this.place.chat,
    };
  }

  row({ chat, unread, preview, when, current }) {
    const button = make("button", `row${unread ? " unread" : ""}`);
    button.type = "button";
    button.dataset.id = chat.id;
    if (current) button.setAttribute("aria-current", "true");
    button.onclick = () => this.go({ person: this.place.person, chat: chat.id });
    const avatar = dress(make("span"), chat.id, chat.title, chat.kind === "group");
    avatar.setAttribute("aria-hidden", "true");
    const titles = make("span", "titles");
    titles.append(make("strong", "", chat.title), make("span", "about", whereIs(chat)));
    titles.append(make("span", "preview", preview));
    const side = make("span", "side", when);
    if (unread) side.append(badge(unread));
    button.append(avatar, titles, side);
    const item = make("li");
    item.append(button);
    return item;
  }

  preview(person, message) {
    if (message.deleted) return words.deleted;
    const [file] = message.attachments;
    const isPhoto = file && /^image\//.test(file.type);
    const text = textOf(message) || (isPhoto ? words.photo : file && `${words.file}: ${file.name}`);
    const name = message.sender === person ? words.you : this.conversation.nameOf(message);
    return `${name}: ${text.slice(0, 120)}`;
  }

  when(moment) {
    const day = dayOf(moment);
    return day === dayOf(this.village.now()) ? timeOf(moment) : day;
  }

  press(message, action) {
    const { person, chat } = this.place;
    return this.attempt(() => pressButton({ person, chat, message: message.id, action }));
  }

  async greet() {
    const { style, id } = this.chat;
    const to = { person: this.place.person, chat: id };
    if (await this.attempt(() => sendMessage({ ...to, text: words.hello[style] }))) {
      this.composer.focus();
    }
  }

  /* True when `deed` was done; what failed is said in the chat it was tried in. */
  async attempt(deed) {
    const { chat } = this.place;
    try {
      await deed();
      this.complain();
      return true;
    } catch (error) {
      if (chat === this.place.chat) this.fail(error);
      return false;
    }
  }

  fail(error) {
    if (error.status === undefined) throw error;
    this.complain(words.trouble(error.status));
  }

  complain(text) {
    this.failure.hidden = !text;
    this.failure.textContent = text || "";
  }

  leave() {
    this.forget();
    this.element.remove();
  }
}
