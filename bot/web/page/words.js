/* The page's own words, in the language chosen. What the bot and people write stays as it is. */

import { en } from "./en.js";
import { recall } from "./memory.js";
import { vi } from "./vi.js";

export const language = recall("localStorage", "language", "vi") === "en" ? "en" : "vi";
export const words = language === "en" ? en : vi;

/* index.html is written in Vietnamese; what it says is replaced where another language has it. */
export function translate(root) {
  if (!words.page) return;
  const put = (attribute, set) => {
    for (const element of root.querySelectorAll(`[${attribute}]`)) {
      set(element, words.page[element.getAttribute(attribute)]);
    }
  };
  put("data-say", (element, text) => { element.textContent = text; });
  put("data-say-label", (element, text) => element.setAttribute("aria-label", text));
  put("data-say-hint", (element, text) => { element.placeholder = text; });
}
