/* The page itself: up to three people, the line to the program, and the top of the page. The
   address keeps who is where: `#person/chat&*person/chat`, a star before whoever is seen on a
   narrow screen. */

import { listen } from "./api.js";
import { Clock } from "./clock.js";
import { Guide } from "./guide.js";
import { keep } from "./memory.js";
import { Outgoing } from "./outgoing.js";
import { Pane } from "./pane.js";
import { Tabs } from "./tabs.js";
import { Village } from "./village.js";
import { language, translate, words } from "./words.js";

const MOST_PANES = 3;
const NARROWEST = 310; // px a pane needs
const DESK = 720; // px for a list beside its chat
const GUIDE = 320; // px the guide takes
const BESIDE = 1000; // px from which the guide stands beside the panes
const CALM = 1000; // ms a broken line may last before it is mentioned
const find = (id) => document.getElementById(id);

/* {places: [{person, chat}], active}, at least one place. */
function readAddress() {
  const all = location.hash.slice(1).split("&").slice(0, MOST_PANES);
  const places = all.map((place) => {
    const [person, chat] = place.replace(/^\*/, "").split("/").map(decodeURIComponent);
    return { person: person || undefined, chat: chat || undefined };
  });
  return { places, active: Math.max(0, all.findIndex((place) => place[0] === "*")) };
}

const addressOf = (places, active) => `#${places.map(({ person, chat }, at) => (
  (at && at === active ? "*" : "")
  + [person, chat].filter(Boolean).map(encodeURIComponent).join("/"))).join("&")}`;

class Page {
  constructor() {
    this.village = new Village();
    this.outgoing = new Outgoing(this.village);
    this.panes = [];
    this.active = 0;
    this.clock = new Clock(this.village, (text) => this.say(text));
    this.tabs = new Tabs(find("tabs"), this.village, {
      choose: (at) => this.activate(at),
      close: (at) => this.close(this.panes[at]),
    });
    this.guide = new Guide(this.village, {
      seat: (places) => this.seat(places),
      fill: (place, text, seats) => this.attempt(() => this.fill(place, text, seats)),
      toMorning: () => this.clock.toMorning(),
      changed: () => this.arrange(),
    });
  }

  start() {
    document.documentElement.lang = language;
    translate(document);
    this.listenToTop();
    this.village.watch((chat, message) => this.noticed(chat, message));
    addEventListener("popstate", () => this.apply());
    addEventListener("resize", () => this.arrange());
    listen({
      hear: (kind, message) => this.hear(kind, message),
      online: () => this.online(),
      offline: () => this.offline(),
    });
  }

  listenToTop() {
    find("add").onclick = () => {
      this.move(this.places().concat({}), this.panes.length);
    };
    find("skip").onclick = () => find("panes").focus();
    const button = find("language");
    const other = language === "en" ? "vi" : "en";
    button.textContent = other.toUpperCase();
    button.lang = other;
    button.setAttribute("aria-label", other === "en" ? "English" : "Tiếng Việt");
    button.onclick = () => {
      keep("localStorage", "language", other);
      location.reload();
    };
  }

  /* At the first connection and after every broken one. */
  async online() {
    clearTimeout(this.worry);
    await this.attempt(async () => {
      await this.village.catchUp(new Set(this.panes.map(({ place }) => place.chat)));
      await this.clock.ask();
      this.say();
      this.panes.forEach((pane) => pane.complain());
      await this.apply();
      await this.guide.begin();
    });
  }

  /* A program that starts again is back in a moment. */
  offline() {
    clearTimeout(this.worry);
    this.worry = setTimeout(() => this.say(words.lost), CALM);
  }

  hear(kind, message) {
    this.village.hear(kind, message);
    const gap = Date.parse(message.edited_at || message.sent_at) - this.village.now();
    if (gap > 60e3 && !this.clock.busy) this.attempt(() => this.clock.ask());
  }

  /* What the bot says may be that somebody has another role, or that a group belongs elsewhere. */
  noticed(chat, message) {
    if (this.panes.length > 1) this.drawTabsSoon();
    if (!message || !message.from_bot || this.asking) return;
    const inGroup = [...this.village.chats.values()]
      .some((chats) => chats.some(({ id, kind }) => id === chat && kind === "group"));
    this.asking = setTimeout(() => {
      this.asking = 0;
      this.attempt(async () => {
        await (inGroup ? this.village.reloadChats() : this.village.loadPeople());
        this.village.tell(chat);
      });
    }, 300);
  }

  drawTabsSoon() {
    if (this.due) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      this.tabs.draw(this.places(), this.active);
    });
  }

  places() {
    return this.panes.map(({ place }) => place);
  }

  /* The panes as the address says. */
  async apply() {
    const { places, active } = readAddress();
    while (this.panes.length > places.length) this.panes.pop().leave();
    while (this.panes.length < places.length) this.addPane();
    this.active = Math.min(active, places.length - 1);
    find("add").hidden = places.length >= MOST_PANES;
    this.arrange();
    await this.attempt(() => Promise.all(this.panes.map((pane, at) => pane.show(places[at]))));
    this.arrange();
  }

  addPane() {
    const pane = new Pane(this.village, this.outgoing, {
      go: (mover, place) => this.move(
        this.panes.map((one) => (one === mover ? place : one.place)), this.active),
      close: (closed) => this.close(closed),
    });
    pane.element.addEventListener("focusin", () => {
      if (document.body.dataset.layout === "side") this.active = this.panes.indexOf(pane);
    });
    this.panes.push(pane);
    find("panes").append(pane.element);
  }

  /* How the panes share the room: "phone" one view; "desk" a list beside its chat; "side" people
     side by side; "tabs" several people, of whom one is seen. */
  arrange() {
    const wide = innerWidth >= BESIDE;
    const seen = this.panes[this.active];
    const beside = this.guide.fit(wide || !seen || seen.view === "people") && wide;
    const room = innerWidth - (beside ? GUIDE : 0);
    const several = this.panes.length > 1;
    const side = several && this.panes.length * NARROWEST <= room;
    const { body } = document;
    const alone = room >= DESK ? "desk" : "phone";
    body.dataset.layout = several ? (side ? "side" : "tabs") : alone;
    body.dataset.guide = beside ? "beside" : "above";
    find("tabs").hidden = body.dataset.layout !== "tabs";
    this.panes.forEach((pane, at) => {
      pane.element.classList.toggle("active", at === this.active);
      pane.label(several ? at + 1 : 0);
    });
    if (several) this.tabs.draw(this.places(), this.active);
    this.panes.forEach((pane) => pane.conversation.chat && pane.conversation.follow());
  }

  activate(at) {
    this.active = at;
    history.replaceState(history.state, "", addressOf(this.places(), at));
    this.arrange();
    const pane = this.panes[at];
    pane.draw();
    if (pane.chat) pane.conversation.toEnd();
  }

  close(closed) {
    this.panes = this.panes.filter((pane) => pane !== closed);
    closed.leave();
    this.move(this.places(), 0);
  }

  /* Going back to where one came from is the browser's own "back", so that its button agrees. */
  move(places, active) {
    const address = addressOf(places, active);
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

  seat(places) {
    this.seated = this.takeSeats(places);
    return this.seated;
  }

  /* People side by side, while the keyboard stays where it was. */
  async takeSeats(places) {
    const held = document.activeElement;
    await this.enter(addressOf(places, 0));
    if (held && held.isConnected) held.focus();
  }

  /* Words into somebody's line; only "Gửi" is left. Whoever is still on the way to their seat
     would find an older draft there, so they arrive first. */
  async fill(place, text, seats) {
    await this.seated;
    const at = () => this.panes.findIndex((pane) => pane.place.person === place.person);
    if (at() < 0) await this.enter(addressOf(seats, 0));
    const pane = this.panes[at()];
    if (pane.place.chat !== place.chat) {
      const places = this.places().map((one, index) => (index === at() ? place : one));
      await this.enter(addressOf(places, at()));
    }
    this.activate(at());
    pane.composer.fill(text);
    pane.composer.focus();
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
      this.say(error.status ? words.trouble(error.status) : words.lost);
    }
  }
}

new Page().start();
