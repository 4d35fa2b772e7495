/* The village's clock: shown, and moved ahead, so that what is timed can be seen to happen. */

import { advanceClock, getClock } from "./api.js";
import { make, makeButton } from "./elements.js";
import { dayNumber, dayOf, next, timeOf, weekdayOf } from "./times.js";
import { words } from "./words.js";

const HOUR = 3600; // seconds
const SHOWN = 5000; // ms between two looks at the time

export class Clock {
  /* `say(text)` shows what went wrong, and clears it without words. */
  constructor(village, say) {
    const box = document.getElementById("clock");
    this.village = village;
    this.say = say;
    this.button = box.querySelector(".now");
    this.time = box.querySelector("time");
    this.panel = box.querySelector(".panel");
    this.status = document.getElementById("clock-said");
    this.button.onclick = () => this.toggle();
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.panel.hidden) return;
      this.toggle(false);
      this.button.focus();
    });
    document.addEventListener("click", ({ target }) => {
      if (!box.contains(target) && target.isConnected) this.toggle(false);
    });
    setInterval(() => this.show(), SHOWN);
  }

  toggle(open = this.panel.hidden) {
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.offer();
  }

  offer() {
    const now = this.village.now();
    const [evening, morning] = [next(17, now), next(5.5, now)];
    const choices = [
      [words.hour, HOUR],
      [words.evening(evening.days), evening.seconds],
      [words.morning(morning.days), morning.seconds],
      [words.day, 24 * HOUR],
    ].sort(([, one], [, other]) => one - other);
    const box = this.panel.querySelector(".choices");
    box.textContent = "";
    box.append(...choices.map(([label, seconds]) => (
      makeButton("", label, () => this.advance(seconds)))));
  }

  toMorning() {
    return this.advance(next(5.5, this.village.now()).seconds);
  }

  /* The answer comes when what fell due has been done. */
  async advance(seconds) {
    if (this.busy) return;
    this.busy = true;
    this.toggle(false);
    this.button.focus();
    this.button.setAttribute("aria-busy", "true");
    this.time.textContent = words.moving;
    this.status.textContent = words.moving;
    try {
      this.set(await advanceClock(seconds));
      this.status.textContent = words.moved(this.words());
      this.say();
    } catch (error) {
      if (error.status === undefined) throw error;
      this.say(error.status === 400 ? words.tooFar : words.slowClock);
    } finally {
      this.busy = false;
      this.button.removeAttribute("aria-busy");
      this.show();
    }
  }

  async ask() {
    this.set(await getClock());
  }

  set({ now }) {
    this.village.ahead = Date.parse(now) - Date.now();
    this.show();
  }

  words() {
    const now = this.village.now();
    return `${weekdayOf(now)} ${dayOf(now)} · ${timeOf(now)}`;
  }

  /* A narrow screen has no room for the weekday's whole name. */
  show() {
    if (this.busy) return;
    const now = this.village.now();
    const whole = make("span", "day-name", weekdayOf(now));
    const short = make("span", "day-sign", words.weekdays[dayNumber(now)]);
    this.time.textContent = "";
    this.time.append(whole, short, ` ${dayOf(now)} · ${timeOf(now)}`);
    this.time.dateTime = new Date(now).toISOString();
  }
}
