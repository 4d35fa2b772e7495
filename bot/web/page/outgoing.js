/* What people have sent and the village has not confirmed yet: shown at once, kept through a
   failure and a reload, and sent again when they say so. */

import { sendMessage } from "./api.js";
import { keep, recall } from "./memory.js";

const KEPT = "unsent";

/* The message may come before the answer, or the answer be lost. */
const looksLike = (message, entry) => message.sender === entry.person
  && message.text === entry.text
  && Number(message.id) > entry.after
  && Boolean(message.location) === Boolean(entry.location)
  && message.attachments.length === (entry.attachments || []).length;

export class Outgoing {
  constructor(village) {
    this.village = village;
    this.number = 0;
    this.claimed = new Set(); // ids of messages that are known to be ours
    this.entries = recall("sessionStorage", KEPT, [])
      .map((entry) => ({ ...entry, key: this.key(), failed: true }));
  }

  key() {
    this.number += 1;
    return `unsent ${this.number}`;
  }

  /* Of one chat, oldest first. What has meanwhile arrived is left out. */
  of(person, chat) {
    const here = this.entries.filter((entry) => entry.person === person && entry.chat === chat);
    const gone = here.filter((entry) => this.arrived(entry));
    if (gone.length) this.drop(...gone);
    return here.filter((entry) => !gone.includes(entry));
  }

  /* A message stands for one entry only: the same words may be sent twice. */
  arrived(entry) {
    const message = this.village.history(entry.chat).find((one) => (entry.id
      ? one.id === entry.id : looksLike(one, entry) && !this.claimed.has(one.id)));
    if (message) this.claimed.add(message.id);
    return Boolean(message);
  }

  entry(key) {
    return this.entries.find((entry) => entry.key === key);
  }

  /* `message`: {person, chat, text, attachments?, location?}. Resolves to the error, if any. */
  async send(message) {
    const [last] = this.village.history(message.chat).slice(-1);
    const entry = { ...message, key: this.key(), after: last ? Number(last.id) : 0 };
    this.entries.push(entry);
    return this.deliver(entry);
  }

  again(entry) {
    return this.deliver(entry);
  }

  async deliver(entry) {
    entry.failed = false;
    this.changed(entry);
    const { person, chat, text, attachments, location } = entry;
    try {
      const { id } = await sendMessage({ person, chat, text, attachments, location });
      entry.id = id;
      this.changed(entry);
      return null;
    } catch (error) {
      if (error.status === undefined) throw error;
      entry.failed = true;
      this.changed(entry);
      return this.entries.includes(entry) ? error : null;
    }
  }

  drop(...gone) {
    this.entries = this.entries.filter((entry) => !gone.includes(entry));
    this.store();
  }

  changed(entry) {
    this.store();
    this.village.tell(entry.chat);
  }

  /* Files are too large to keep. */
  store() {
    const light = this.entries.filter((entry) => !entry.attachments && !entry.id);
    keep("sessionStorage", KEPT, light);
  }
}
