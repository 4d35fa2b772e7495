/* One message as it is seen: words, photos, files, a place, buttons, and what is said about it. */

import { make, makeButton, tintOf } from "./elements.js";
import { timeOf } from "./times.js";
import { showPhoto } from "./viewer.js";
import { words } from "./words.js";

const LINK = /https:\/\/[^\s<>"'“”]+/g;
const LONG = 3000; // characters, above which a text is folded

/* Text as text; only https addresses become links. */
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
  const link = make("a", "file");
  link.append(make("span", "sheet"), make("strong", "", name || words.file), " ");
  link.append(make("small", "", sizeOf(size)));
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener";
  return link;
}

function photo(attachment, shown) {
  const name = attachment.name || words.photo;
  const image = make("img", "photo");
  const button = makeButton("picture", "", () => showPhoto(attachment.url, name));
  button.setAttribute("aria-label", words.openPhoto(name));
  image.onload = shown;
  image.onerror = () => button.replaceWith(fileLink(attachment)); // it only claimed to be one
  image.alt = name;
  image.src = attachment.url;
  button.append(image);
  return button;
}

const isPhoto = ({ type }) => /^image\//.test(type);

function placeCard({ latitude, longitude }) {
  const card = make("p", "spot");
  const where = make("span");
  where.append(make("strong", "", words.locationTitle), " ");
  where.append(make("small", "", `${latitude}, ${longitude}`));
  card.append(make("span", "pin"), where);
  return card;
}

function aboutLine(message) {
  const about = make("p", "about");
  const notes = [message.pinned && words.pinned, message.edited_at && words.edited];
  const time = make("time", "", timeOf(message.sent_at));
  time.dateTime = message.sent_at;
  about.append(notes.filter(Boolean).map((note) => `${note} · `).join(""), time);
  return about;
}

/* While a press is under way the whole menu rests. */
function buttonRow(message, press) {
  const row = make("div", "buttons");
  for (const { label, action } of message.buttons) {
    row.append(makeButton("", label, async (event) => {
      if (row.getAttribute("aria-busy")) return;
      const pressed = event.currentTarget;
      row.setAttribute("aria-busy", "true");
      pressed.classList.add("pressed");
      await press(message, action);
      row.removeAttribute("aria-busy");
      pressed.classList.remove("pressed");
    }));
  }
  return row;
}

/* What a message says, in one line of words. */
export function summaryOf(message) {
  if (message.deleted) return words.deleted;
  const [file] = message.attachments;
  if (message.text || !file) return message.text || words.location(message.location);
  return isPhoto(file) ? words.photo : `${words.file}: ${file.name}`;
}

function fill(bubble, message, shown) {
  for (const one of message.attachments) {
    bubble.append(isPhoto(one) ? photo(one, shown) : fileLink(one));
  }
  if (message.location) bubble.append(placeCard(message.location));
  if (!message.text) return;
  const text = make("p", "text");
  write(text, message.text);
  bubble.append(text);
  if (message.text.length <= LONG) return;
  text.classList.add("folded");
  const whole = makeButton("whole", words.wholeText, () => {
    text.classList.remove("folded");
    whole.remove();
  });
  bubble.append(whole);
}

/* `row`: {message, name, mine, follows}; `press(message, action)`; `shown()` after a photo. */
export function messageItem({ message, name, mine, follows }, { press, shown }) {
  const item = make("li", `message${mine ? " mine" : ""}${message.from_bot ? " bot" : ""}`);
  if (follows) item.classList.add("follows");
  item.dataset.id = message.id;
  const bubble = make("div", "bubble");
  const sender = make("p", mine || follows ? "unseen" : `sender name-${tintOf(message.sender)}`);
  sender.textContent = name;
  bubble.append(sender);
  if (message.deleted) bubble.append(make("p", "text gone", words.deleted));
  else fill(bubble, message, shown);
  bubble.append(aboutLine(message));
  const column = make("div", "column");
  column.append(bubble);
  if (!message.deleted && message.buttons.length) column.append(buttonRow(message, press));
  item.append(column);
  return item;
}

/* A message on its way, or one that did not get there. */
export function pendingItem(entry, { again, edit }) {
  const item = make("li", `message mine pending${entry.failed ? " failed" : ""}`);
  const bubble = make("div", "bubble");
  bubble.append(make("p", "unseen", words.you));
  for (const { name } of entry.attachments || []) bubble.append(make("p", "file", name));
  if (entry.location) bubble.append(placeCard(entry.location));
  if (entry.text) {
    bubble.append(make("p", "text"));
    write(bubble.lastChild, entry.text);
  }
  bubble.append(make("p", "about", entry.failed ? words.unsent : words.sending));
  const column = make("div", "column");
  column.append(bubble);
  if (entry.failed) {
    const row = make("div", "buttons");
    row.append(makeButton("", words.sendAgain, () => again(entry)));
    if (entry.text) row.append(makeButton("", words.takeBack, () => edit(entry)));
    column.append(row);
  }
  item.append(column);
  return item;
}
