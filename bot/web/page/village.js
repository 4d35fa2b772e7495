/* What this page knows of the village: people, their chats, the messages, and what was read.
   One copy for all panes, so that two people side by side see the same group. */

import { getChats, getMessages, getPeople } from "./api.js";
import { keep, recall } from "./memory.js";

/* Of two states of one message, the later one. */
function later(known, arrived) {
  if (known.deleted && !arrived.deleted) return known;
  const stale = known.edited_at && (!arrived.edited_at || arrived.edited_at < known.edited_at);
  return stale && !arrived.deleted ? known : arrived;
}

export class Village {
  constructor() {
    this.people = [];
    this.chats = new Map(); // person id -> chats
    this.messages = new Map(); // chat id -> messages, oldest first
    this.readers = new Map(); // chat id -> a person who may read it
    this.read = recall("localStorage", "read", {}); // person -> chat -> id of the last one seen
    this.watchers = new Set();
    this.ahead = 0; // ms the village's clock is ahead of ours
  }

  now() {
    return Date.now() + this.ahead;
  }

  /* `watcher(chat, message)`; message is undefined when several may have changed. */
  watch(watcher) {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  tell(chat, message) {
    for (const watcher of this.watchers) watcher(chat, message);
  }

  async loadPeople() {
    this.people = await getPeople();
  }

  person(id) {
    return this.people.find((person) => person.id === id);
  }

  chat(person, id) {
    return (this.chats.get(person) || []).find((chat) => chat.id === id);
  }

  history(chat) {
    return this.messages.get(chat) || [];
  }

  /* The person's chats, the private one first, and at the first time all that was said there. */
  async loadChats(person) {
    const chats = await getChats(person);
    chats.sort((one, other) => (one.kind === "group") - (other.kind === "group"));
    for (const chat of chats) this.readers.set(chat.id, person);
    const fresh = chats.filter(({ id }) => !this.messages.has(id)).map(({ id }) => id);
    if (fresh.length) await this.fetchAll(person, fresh);
    this.chats.set(person, chats);
    return chats;
  }

  async fetchAll(person, chats) {
    for (const chat of chats) this.messages.set(chat, []);
    try {
      const said = await getMessages(person);
      for (const chat of chats) {
        this.merge(chat, said.filter((one) => one.chat === chat), []);
        this.tell(chat);
      }
    } catch (error) {
      for (const chat of chats) this.messages.delete(chat);
      throw error;
    }
  }

  /* The chat as it is on record, whole. What arrived while we asked is kept. */
  async reload(chat) {
    if (!this.messages.has(chat)) this.messages.set(chat, []);
    const before = this.history(chat).map((message) => message.id);
    this.merge(chat, await getMessages(this.readers.get(chat), chat), before);
    this.tell(chat);
  }

  /* `before`: ids known when `whole` was asked for; what of them is missing has vanished. */
  merge(chat, whole, before) {
    const known = new Map(this.history(chat).map((message) => [message.id, message]));
    const fresh = whole.map((message) => {
      const old = known.get(message.id);
      return old ? later(old, message) : message;
    });
    const settled = new Set(before.concat(whole.map((message) => message.id)));
    const arrived = this.history(chat).filter(({ id }) => !settled.has(id));
    this.messages.set(chat, fresh.concat(arrived));
  }

  /* After a broken line: open chats whole (they may have been edited), the others' new messages. */
  async catchUp(open) {
    await this.loadPeople();
    const renew = (chat) => (open.has(chat) ? this.reload(chat) : this.extend(chat));
    await Promise.all([...this.messages.keys()].map(renew));
    const known = [...this.chats.keys()];
    known.filter((id) => !this.person(id)).forEach((id) => this.chats.delete(id));
    await this.reloadChats();
  }

  /* Where groups belong may have changed. */
  async reloadChats() {
    await Promise.all([...this.chats.keys()].map((id) => this.loadChats(id)));
  }

  async extend(chat) {
    const [last] = this.history(chat).slice(-1);
    try {
      const missed = await getMessages(this.readers.get(chat), chat, last && last.id);
      for (const message of missed) this.hear("message", message);
    } catch (error) {
      if (!error.status) throw error;
      this.messages.delete(chat); // another village meanwhile: loaded anew when asked for
    }
  }

  hear(kind, message) {
    const messages = this.messages.get(message.chat);
    if (!messages) return;
    if (kind === "delete") message.deleted = true;
    const at = messages.findIndex(({ id }) => id === message.id);
    if (at >= 0) messages[at] = later(messages[at], message);
    else if (kind === "message") messages.push(message);
    this.tell(message.chat, at < 0 && kind === "message" ? message : undefined);
  }

  /* How many came after the last one seen; who writes has seen what stands above. */
  unread(person, chat) {
    const last = (this.read[person] || {})[chat];
    let count = 0;
    for (const message of this.history(chat).slice().reverse()) {
      if (message.id === last || message.sender === person) break;
      count += message.deleted ? 0 : 1;
    }
    return count;
  }

  unreadOf(person) {
    const chats = this.chats.get(person) || [];
    return chats.reduce((sum, chat) => sum + this.unread(person, chat.id), 0);
  }

  markRead(person, chat) {
    const messages = this.history(chat);
    if (!messages.length) return;
    const marks = this.read[person] || (this.read[person] = {});
    const last = messages[messages.length - 1].id;
    if (marks[chat] === last) return;
    marks[chat] = last;
    keep("localStorage", "read", this.read);
    this.tell(chat);
  }
}
