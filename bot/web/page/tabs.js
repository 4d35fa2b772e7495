/* On a narrow screen several people share it: one is seen, the others are a tap away. */

import { badge, make, makeButton } from "./elements.js";
import { Rows } from "./rows.js";
import { words } from "./words.js";

export class Tabs {
  /* `choose(at)` shows one of the panes, `close(at)` ends it. */
  constructor(nav, village, { choose, close }) {
    this.village = village;
    this.choose = choose;
    this.close = close;
    this.rows = new Rows(nav, (row) => this.tab(row));
  }

  draw(places, active) {
    this.rows.show(places.map(({ person }, at) => {
      const { name } = this.village.person(person) || { name: words.newPane };
      const unread = at === active ? 0 : this.village.unreadOf(person);
      return { key: `${at} ${person}`, at, name, unread, active: at === active };
    }));
  }

  tab({ at, name, unread, active }) {
    const tab = make("div", `tab${active ? " active" : ""}`);
    const button = makeButton("", name, () => this.choose(at));
    if (active) button.setAttribute("aria-current", "true");
    if (unread) button.append(badge(unread, words.unread(unread)));
    tab.append(button);
    if (active) {
      const close = makeButton("icon", "×", () => this.close(at));
      close.setAttribute("aria-label", words.close(name));
      tab.append(close);
    }
    return tab;
  }
}
