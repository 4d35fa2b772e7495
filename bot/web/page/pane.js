/* One person at their phone: who am I, my chats, one chat. Where it stands is decided outside
   (`go`), so that the address, the back button and several panes agree. */

import { cutLine, pressButton } from "./api.js";
import { summaryOf } from "./bubble.js";
import { Chats, lookOf, whereIs } from "./chats.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { dress } from "./elements.js";
import { People, aboutPerson } from "./people.js";
import { translate, words } from "./words.js";

export class Pane {
  /* `go(pane, {person, chat})` moves this pane; `close(pane)` takes it away. */
  constructor(village, outgoing, { go, close }) {
    const template = document.getElementById("pane-template");
    this.element = template.content.cloneNode(true).firstElementChild;
    translate(this.element);
    this.village = village;
    this.outgoing = outgoing;
    this.go = (place) => go(this, place);
    this.views = {};
    for (const name of ["people", "chats", "chat"]) this.views[name] = this.find(`.view.${name}`);
    this.status = this.find("[aria-live]");
    this.failure = this.find(".error");
    this.place = {};
    this.number = 0;
    this.build(() => close(this));
    this.forget = village.watch((chat, message) => this.hear(chat, message));
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  build(close) {
    const { people, chat } = this.views;
    const { village, outgoing } = this;
    const to = (id) => this.go({ person: this.place.person, chat: id });
    this.people = new People(people, village, ({ id }) => this.go({ person: id }));
    this.chats = new Chats(this.find(".chats .rows"), village, to);
    this.conversation = new Conversation(chat, village, outgoing, {
      press: (message, action) => this.press(message, action),
      again: (entry) => this.tell(() => outgoing.again(entry)),
      edit: (entry) => this.takeBack(entry),
    });
    this.composer = new Composer(chat.querySelector("form"), {
      send: (receiver, message) => this.tell(() => outgoing.send({ ...receiver, ...message })),
      complain: (text) => this.complain(text),
    });
    this.find(".chats .back").onclick = () => this.go({});
    this.find(".chat .back").onclick = () => to();
    this.find(".hint button").onclick = () => this.composer.mention(this.chat.mention);
    this.find(".greeting button").onclick = () => this.greet();
    this.find(".cut").onclick = () => this.cut(true);
    this.find(".mend").onclick = () => this.cut(false);
    this.find(".close").onclick = close;
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  /* Esc goes back one step: what is open above the words, then the chat, then the person. */
  key(event) {
    if (event.key !== "Escape" || event.isComposing || this.view === "people") return;
    if (this.composer.fold()) return;
    if (this.view === "chat") this.go({ person: this.place.person });
    else this.go({});
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

  get person() {
    return this.village.person(this.place.person);
  }

  get view() {
    if (this.place.chat) return "chat";
    return this.place.person ? "chats" : "people";
  }

  /* Whose phone this is, to eyes and to screen readers. */
  introduce() {
    const { person } = this;
    const owner = person ? words.youAre(person.name, aboutPerson(person)) : words.newPane;
    this.find(".owner p").textContent = owner;
    this.label(this.number);
    this.element.dataset.style = person ? person.style : "";
  }

  /* `number`: which of several panes it is, 0 when it is the only one. */
  label(number) {
    this.number = number;
    const owner = this.find(".owner p").textContent;
    this.element.setAttribute("aria-label", number ? words.pane(number, owner) : owner);
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
    const { chat, person } = this;
    this.complain();
    this.find(".hint").hidden = chat.kind !== "group";
    this.composer.use({ person: person.id, chat: chat.id }, person.place);
    this.conversation.open(person.id, chat);
    this.opened = `${person.id} ${chat.id}`;
    this.draw();
    this.village.reload(chat.id).catch((error) => this.fail(error));
  }

  titles(view, title, about, key, look) {
    view.querySelector(".titles h2").textContent = title;
    view.querySelector(".titles p").textContent = about;
    dress(view.querySelector(".avatar"), key, title, look);
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
    const { person } = this;
    this.introduce();
    if (!person) {
      this.people.draw();
      return;
    }
    const { chat } = this;
    if (chat && this.opened === `${person.id} ${chat.id}`) this.drawChat();
    this.titles(this.views.chats, person.name, aboutPerson(person), person.id, "person");
    this.chats.draw(person.id, this.place.chat);
  }

  drawChat() {
    const { chat, arrived } = this;
    this.arrived = undefined;
    const about = chat.kind === "group" ? whereIs(chat) : `${whereIs(chat)} · ${words.styles[chat.style]}`;
    this.titles(this.views.chat, chat.title, about, chat.id, lookOf(chat));
    this.showCut();
    if (this.element.offsetParent) this.village.markRead(this.place.person, chat.id);
    this.conversation.refresh(arrived);
    const silent = !this.conversation.content().length;
    const alone = chat.kind === "private";
    this.find(".greeting").hidden = !silent;
    this.find(".greeting p").textContent = alone ? words.greetPrivate : words.greetGroup;
    this.find(".greeting button").hidden = !alone;
    if (arrived && arrived.sender !== this.place.person) this.announce(arrived);
  }

  announce(message) {
    const name = this.conversation.nameOf(message);
    this.status.textContent = `${name}: ${summaryOf(message).slice(0, 200)}`;
  }

  /* A group can be cut off from the bot, to see what the bot makes of it. */
  showCut() {
    const { chat } = this;
    this.find(".cut").hidden = chat.kind !== "group" || chat.cut;
    this.find(".cut-note").hidden = !chat.cut;
  }

  cut(on) {
    const { chat } = this;
    return this.attempt(async () => {
      await cutLine(chat.id, on);
      await this.village.reloadChats();
      this.village.tell(chat.id);
      this.composer.invite();
    });
  }

  press(message, action) {
    const { person, chat } = this.place;
    return this.attempt(() => pressButton({ person, chat, message: message.id, action }));
  }

  greet() {
    const { style, id } = this.chat;
    const { person } = this.place;
    this.composer.focus();
    return this.tell(() => this.outgoing.send({ person, chat: id, text: words.hello[style] }));
  }

  /* Its words back where they were written, to be changed. */
  takeBack(entry) {
    const written = this.composer.input.value;
    this.outgoing.drop(entry);
    this.composer.fill(written ? `${entry.text}\n${written}` : entry.text);
    this.composer.focus();
    this.draw();
  }

  /* What became of a message stands beside it; only why is said here. */
  tell(deliver) {
    return this.attempt(async () => {
      const sent = deliver();
      this.conversation.toEnd();
      const error = await sent;
      if (error) throw error;
    });
  }

  /* What failed is said in the chat it was tried in. */
  async attempt(deed) {
    const { chat } = this.place;
    try {
      await deed();
      this.complain();
    } catch (error) {
      if (chat === this.place.chat) this.fail(error);
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
    cancelAnimationFrame(this.due);
    this.element.remove();
  }
}
