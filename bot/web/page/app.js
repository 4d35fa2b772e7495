/* The page itself: one pane, or two side by side; the village's clock; the suggestions; the line
   to the program. The address keeps who is where: `#person/chat&person/chat`. */

import { advanceClock, getClock, listen } from "./api.js";
import { Pane } from "./pane.js";
import { Village } from "./village.js";
import { dayOf, timeOf, words } from "./words.js";

const MOST_PANES = 2;
const TIPS = "loalang.tips";
const find = (id) => document.getElementById(id);

/* [{person, chat}], at least one. */
function readAddress() {
  return location.hash.slice(1).split("&").slice(0, MOST_PANES).map((place) => {
    const [person, chat] = place.split("/").map(decodeURIComponent);
    return { person: person || undefined, chat: chat || undefined };
  });
}

const addressOf = (places) => `#${places.map(({ person, chat }) => [person, chat]
  .filter(Boolean).map(encodeURIComponent).join("/")).join("&")}`;

class Page {
  constructor() {
    this.village = new Village();
    this.panes = [];
  }

  async start() {
    addEventListener("popstate", () => this.apply());
    find("add").onclick = () => this.move(this.places().concat({}));
    this.offerTips();
    this.startClock();
    listen({
      hear: (kind, message) => this.hear(kind, message),
      online: () => this.online(),
      offline: () => this.say(words.trouble(0)),
    });
  }

  /* At the first connection and after every broken one. */
  async online() {
    await this.attempt(async () => {
      await this.village.catchUp(new Set(this.panes.map(({ place }) => place.chat)));
      this.setClock(await getClock());
      this.say();
      this.panes.forEach((pane) => pane.complain());
      await this.apply();
    });
  }

  hear(kind, message) {
    this.village.hear(kind, message);
    const gap = Date.parse(message.edited_at || message.sent_at) - this.village.now();
    if (gap > 60e3) this.attempt(async () => this.setClock(await getClock()));
  }

  places() {
    return this.panes.map(({ place }) => place);
  }

  /* The panes as the address says. */
  async apply() {
    const places = readAddress();
    while (this.panes.length > places.length) this.panes.pop().leave();
    while (this.panes.length < places.length) this.addPane();
    document.body.dataset.panes = places.length;
    find("add").hidden = places.length >= MOST_PANES;
    await this.attempt(() => Promise.all(this.panes.map((pane, at) => pane.show(places[at]))));
    document.body.dataset.view = this.panes[0].view;
  }

  addPane() {
    const pane = new Pane(this.village, {
      go: (mover, place) => this.move(this.panes.map((one) => (one === mover ? place : one.place))),
      close: (closed) => this.close(closed),
    });
    this.panes.push(pane);
    find("panes").append(pane.element);
  }

  close(closed) {
    this.panes = this.panes.filter((pane) => pane !== closed);
    closed.leave();
    this.move(this.places());
  }

  /* Going back to where one came from is the browser's own "back", so that its button agrees. */
  move(places) {
    const address = addressOf(places);
    if (history.state && history.state.from === address) {
      history.back();
      return;
    }
    this.enter(address);
  }

  enter(address) {
    history.pushState({ from: location.hash || "#" }, "", address);
    return this.apply();
  }

  say(text) {
    find("trouble").hidden = !text;
    find("trouble").textContent = text || "";
  }

  async attempt(deed) {
    try {
      await deed();
    } catch (error) {
      if (error.status === undefined) throw error;
      this.say(words.trouble(error.status));
    }
  }

  startClock() {
    setInterval(() => this.showClock(), 5000);
    for (const button of document.querySelectorAll("[data-advance]")) {
      button.onclick = () => this.advance(button);
    }
  }

  async advance(button) {
    const buttons = [...document.querySelectorAll("[data-advance]")];
    buttons.forEach((one) => { one.disabled = true; });
    await this.attempt(async () => {
      this.setClock(await advanceClock(Number(button.dataset.advance)));
      this.say();
    });
    buttons.forEach((one) => { one.disabled = false; });
    button.focus();
  }

  setClock({ now }) {
    this.village.ahead = Date.parse(now) - Date.now();
    this.showClock();
  }

  showClock() {
    const now = this.village.now();
    find("now").textContent = `${dayOf(now)} ${timeOf(now)}`;
    find("now").dateTime = new Date(now).toISOString();
  }

  offerTips() {
    const tips = find("tips");
    try {
      tips.hidden = sessionStorage.getItem(TIPS) === "closed";
    } catch (error) {
      tips.hidden = false; // storage is off: the tips come back with each load
    }
    find("tips-close").onclick = () => {
      tips.hidden = true;
      try {
        sessionStorage.setItem(TIPS, "closed");
      } catch (error) {
        tips.dataset.unsaved = "true";
      }
    };
    for (const button of tips.querySelectorAll("[data-text]")) {
      button.onclick = () => this.attempt(() => this.follow(button.dataset));
    }
  }

  /* A fitting person, their chat with the bot, the words already written: only "Gửi" is left. */
  async follow({ roles, text, textZalo }) {
    const fits = ({ role }) => roles.split(" ").includes(role);
    const [pane] = this.panes;
    const present = this.village.person(pane.place.person);
    const person = present && fits(present) ? present : this.village.people.find(fits);
    if (!person) return;
    const chats = await this.village.loadChats(person.id);
    const chat = chats.find(({ kind }) => kind === "private");
    if (!chat) return;
    const place = { person: person.id, chat: chat.id };
    await this.enter(addressOf([place].concat(this.places().slice(1))));
    pane.composer.fill(chat.style === "zalo" && textZalo ? textZalo : text);
    pane.composer.focus();
  }
}

new Page().start();
