/* Moments in Vietnam's time, which knows no summer time. Each takes ISO text or milliseconds. */

import { language } from "./words.js";

const HOUR = 3600e3; // ms
const DAY = 24 * HOUR;
const EAST = 7 * HOUR;
const TWO = "2-digit";
const ZONE = { timeZone: "Asia/Ho_Chi_Minh" };
// British numbers, since browsers differ on the Vietnamese ones: 22/11 or 22-11.
const DATE = new Intl.DateTimeFormat("en-GB", { ...ZONE, day: TWO, month: TWO });
const TIME = new Intl.DateTimeFormat("en-GB", { ...ZONE, hour: TWO, minute: TWO });
const WEEKDAY = new Intl.DateTimeFormat(language, { ...ZONE, weekday: "long" });

export const dayOf = (moment) => DATE.format(new Date(moment));
export const timeOf = (moment) => TIME.format(new Date(moment));

/* "Thứ Hai", "Chủ Nhật": as people write them, whatever the browser does. */
export const weekdayOf = (moment) => WEEKDAY.format(new Date(moment))
  .replace(/(^|\s)\S/g, (first) => first.toUpperCase());

/* 0 is Sunday. */
export const dayNumber = (moment) => new Date(moment + EAST).getUTCDay();

/* The next time it is so late in Vietnam: {seconds until then, days: 0 today, 1 tomorrow}. */
export function next(hours, now) {
  const today = Math.floor((now + EAST) / DAY) * DAY - EAST;
  const at = today + hours * HOUR;
  const days = at - now < 60e3 ? 1 : 0;
  return { seconds: Math.ceil((at + days * DAY - now) / 1000), days };
}
