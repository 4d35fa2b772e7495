/* "Hãy thử": the first minute of somebody new. Opens who is needed, has the words ready, and
   ticks off what has really happened. */

import { make, makeButton } from "./elements.js";
import { JOBS, castOf, heard } from "./jobs.js";
import { keep, recall } from "./memory.js";
import { Rows } from "./rows.js";
import { words } from "./words.js";

const find = (id) => document.getElementById(id);

export class Guide {
  /* `seat(places)` puts people side by side; `fill(place, text)` writes into a chat's line;
     `toMorning()` moves the clock; `changed()` when the guide takes more or less room. */
  constructor(village, { seat, fill, toMorning, changed }) {
    Object.assign(this, { village, seat, fill, toMorning, changed });
    this.box = find("guide");
    this.opener = find("guide-open");
    this.status = this.box.querySelector("[role=status]");
    this.rows = new Rows(find("jobs"), (row) => this.item(row));
    this.state = recall("localStorage", "guide", { open: true, job: "" });
    this.ticked = null; // jobs done when last looked
    this.opener.onclick = () => {
      this.called = this.box.hidden;
      if (this.called) this.foldUp(false);
      this.show(this.called);
    };
    this.box.querySelector(".shut").onclick = () => {
      this.show(false);
      this.opener.focus();
    };
    this.foldButton = this.box.querySelector(".fold");
    this.foldButton.onclick = () => this.foldUp(this.box.dataset.folded !== "true");
    village.watch(() => this.look());
  }

  /* When people are known. Their chats are asked for, to see what was done before. */
  async begin() {
    this.cast = castOf(this.village.people);
    this.opener.hidden = !this.cast;
    if (!this.cast) return;
    const players = Object.values(this.cast).filter(({ id }) => !this.village.chats.has(id));
    await Promise.all(players.map(({ id }) => this.village.loadChats(id)));
    if (!this.ticked) this.foldUp(Boolean(this.state.job));
    this.show(this.state.open);
    this.draw();
  }

  show(open) {
    this.remember({ open });
    this.changed();
  }

  /* `roomy`: it takes no room from a chat. Else it stays out of the way unless it is wanted. */
  fit(roomy) {
    const shown = Boolean(this.cast && this.state.open
      && (roomy || this.state.job || this.called));
    this.box.hidden = !shown;
    this.opener.setAttribute("aria-expanded", String(shown));
    return shown;
  }

  /* On a phone only the next move is shown while one is at it. */
  foldUp(folded) {
    this.box.dataset.folded = String(folded);
    this.foldButton.setAttribute("aria-expanded", String(!folded));
    this.changed();
  }

  remember(news) {
    this.state = { ...this.state, ...news };
    keep("localStorage", "guide", this.state);
  }

  look() {
    if (this.due || !this.cast) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      this.draw();
    });
  }

  draw() {
    const said = heard(this.village);
    const jobs = JOBS.map((job) => this.progress(job, said));
    this.announce(jobs);
    const count = jobs.filter(({ done }) => done).length;
    find("guide-count").textContent = words.progress(count, jobs.length);
    this.box.querySelector("h2 small").textContent = words.progress(count, jobs.length);
    if (this.state.job) this.box.dataset.job = this.state.job;
    else delete this.box.dataset.job;
    this.rows.show(jobs.map((job, at) => ({
      ...job,
      number: at + 1,
      open: job.key === this.state.job,
      following: (jobs.slice(at + 1).concat(jobs.slice(0, at)).find(({ done }) => !done) || {}).key,
    })));
  }

  /* Whoever did the second move has done the first. */
  progress({ id, moves }, said) {
    const reached = moves.map(({ done }) => done(said)).lastIndexOf(true);
    return { key: id, reached, done: reached === moves.length - 1 };
  }

  announce(jobs) {
    const done = jobs.filter((job) => job.done).map(({ key }) => key);
    const fresh = this.ticked ? done.filter((key) => !this.ticked.includes(key)) : [];
    if (fresh.length) this.status.textContent = words.jobDone(words.jobs[fresh[0]].title);
    if (fresh.length && done.length === jobs.length) this.status.textContent = words.allDone;
    this.ticked = done;
  }

  item(row) {
    const { key, number, open, done } = row;
    const item = make("li", `job${open ? " open" : ""}${done ? " done" : ""}`);
    const title = makeButton("title", "", () => this.choose(open ? "" : key));
    title.setAttribute("aria-expanded", String(open));
    const tick = make("span", "tick", done ? "✓" : String(number));
    tick.setAttribute("aria-hidden", "true");
    title.append(tick, make("span", "", words.jobs[key].title));
    if (done) title.append(make("span", "unseen", words.done));
    item.append(title);
    if (open) item.append(this.moves(row), this.foot(row));
    return item;
  }

  moves({ key, reached }) {
    const list = make("ol", "moves");
    words.jobs[key].moves.forEach((move, at) => {
      const step = make("li", at <= reached ? "done" : at === reached + 1 ? "current" : "");
      if (at <= reached) step.append(make("span", "unseen", `${words.done}: `));
      step.append(this.named(move.text), " ");
      if (move.fill) {
        const fill = makeButton("fill", move.fill, () => this.write(key, at, move.fill));
        fill.setAttribute("aria-label", words.fill(move.fill));
        step.append(fill, " ");
      }
      if (move.clock) step.append(makeButton("fill", move.clock, () => this.toMorning()), " ");
      if (move.after) step.append(make("span", "", this.named(move.after)));
      list.append(step);
    });
    return list;
  }

  foot({ key, done, following }) {
    const foot = make("p", "foot");
    if (done && !following) foot.append(make("strong", "", words.allDone));
    else if (done) {
      const title = words.nextJob(words.jobs[following].title);
      foot.append(makeButton("strong", title, () => this.choose(following)));
    } else foot.append(makeButton("reopen", words.reopen, () => this.choose(key)));
    return foot;
  }

  named(text) {
    return text.replace(/\{(\w+)\}/g, (_, role) => this.cast[role].name);
  }

  choose(key) {
    this.remember({ job: key });
    this.called = !key;
    this.foldUp(Boolean(key));
    this.draw();
    const [title, fill] = [".open .title", ".current .fill"].map((one) => this.box.querySelector(one));
    const held = title && title.offsetParent ? title : fill;
    if (held) held.focus();
    return key ? this.seat(this.places(key)) : undefined;
  }

  places(key) {
    const { seats } = JOBS.find(({ id }) => id === key);
    return seats.map(({ role, group }) => this.place(role, group));
  }

  place(role, group) {
    const person = this.cast[role].id;
    const chats = this.village.chats.get(person) || [];
    const groups = chats.filter(({ kind }) => kind === "group");
    const home = groups.find(({ segment }) => segment === "households") || groups[0];
    const chat = group && home ? home : chats.find(({ kind }) => kind === "private");
    return { person, chat: chat && chat.id };
  }

  /* The words into the line of whoever says them; back to their seats where they have left. */
  write(key, at, text) {
    const { role } = JOBS.find(({ id }) => id === key).moves[at];
    return this.fill(this.place(role), text, this.places(key));
  }
}
