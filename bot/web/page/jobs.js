/* The four jobs somebody new tries, who plays in them, and how it is seen that they are done:
   from what was really said, so that they tick themselves off whatever way they were done. */

import { fold } from "./people.js";

const SOURCE = /^(Nguồn|Sources?):/m; // stands under each answer about a procedure
const CODE = /PA-\d+/;
const SHORT = 8; // characters; less may be said by chance

/* Whoever fits best: a resident to ask; a village head and their neighbour in the other style. */
export function castOf(people) {
  const resident = ({ role }) => role === "resident";
  const head = people.find(({ role, style }) => role === "village_head" && style === "telegram")
    || people.find(({ role }) => role === "village_head");
  if (!head) return null;
  const asker = people.find((one) => resident(one) && one.style !== head.style)
    || people.find(resident);
  const neighbour = people.find((one) => (
    resident(one) && one.style === head.style && one.place === head.place));
  return asker && neighbour && { asker, head, neighbour };
}

/* What was said where: {staff, residents, groups}, each a list of lists of messages. */
export function heard(village) {
  const said = { staff: [], residents: [], groups: [] };
  const groups = new Set();
  for (const [id, chats] of village.chats) {
    const person = village.person(id);
    for (const chat of person ? chats : []) {
      if (chat.kind === "group") groups.add(chat.id);
      else said[person.role === "resident" ? "residents" : "staff"].push(village.history(chat.id));
    }
  }
  said.groups = [...groups].map((id) => village.history(id));
  return said;
}

const any = (lists, fits) => lists.some((list) => list.some(fits));
const bySomebody = (lists) => [].concat(...lists).filter((message) => !message.from_bot);
const fromBot = (pattern) => (message) => message.from_bot && pattern.test(message.text);

const asked = ({ staff, residents }) => any(staff.concat(residents), fromBot(SOURCE));
const reported = ({ residents }) => any(residents, fromBot(CODE));
const wrote = (pattern) => ({ staff }) => bySomebody(staff)
  .some(({ text }) => pattern.test(fold(text)));

/* The bot carried the very words of one of the staff on to `lists`. */
function carried(staff, lists, pattern) {
  const texts = bySomebody(staff).map(({ text }) => text.trim())
    .filter((text) => text.length >= SHORT);
  return any(lists, (message) => fromBot(pattern)(message)
    && texts.some((text) => message.text.includes(text)));
}

const answered = ({ staff, residents }) => carried(staff, residents, CODE);
const announced = ({ staff, groups }) => carried(staff, groups, /./);
const begun = ({ staff }) => any(staff, fromBot(/bản tin “.+” đã bắt đầu|“.+” has begun/));
const issued = ({ groups }) => any(groups, fromBot(/^📢 /));

/* `seats`: who sits side by side, and whether in their households' group; each move: who does
   it, and whether it is done. Its words are in vi.js and en.js. */
export const JOBS = [
  {
    id: "ask",
    seats: [{ role: "asker" }],
    moves: [{ role: "asker", done: asked }],
  },
  {
    id: "report",
    seats: [{ role: "neighbour" }, { role: "head" }],
    moves: [{ role: "neighbour", done: reported }, { role: "head", done: answered }],
  },
  {
    id: "announce",
    seats: [{ role: "head" }, { role: "neighbour", group: true }],
    moves: [
      { role: "head", done: wrote(/^\/?thong ?bao/) },
      { role: "head", done: announced },
    ],
  },
  {
    id: "bulletin",
    seats: [{ role: "head" }, { role: "neighbour", group: true }],
    moves: [
      { role: "head", done: wrote(/^\/?ban ?tin/) },
      { role: "head", done: begun },
      { role: "head", done: issued },
    ],
  },
];
