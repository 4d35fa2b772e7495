/* "Who are you?": everybody of the village by place, found by name, place or role. */

import { arrows, dress, make, makeButton } from "./elements.js";
import { words } from "./words.js";

const RANKS = ["admin", "approver", "cadre", "village_head", "resident"];
const rank = (person) => RANKS.indexOf(person.role);

export const fold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "")
  .replace(/đ/g, "d");

const roleOf = (person) => words.roles[person.role] || person.role;

export const aboutPerson = (person) => [roleOf(person), person.place].filter(Boolean).join(", ");

/* [[place, people]], the commune's staff first; inside a place by role. */
function byPlace(people) {
  const places = new Map();
  for (const person of people) {
    const place = person.place || words.elsewhere;
    places.set(place, (places.get(place) || []).concat(person));
  }
  for (const group of places.values()) group.sort((one, other) => rank(one) - rank(other));
  return [...places].sort(([, one], [, other]) => rank(one[0]) - rank(other[0]));
}

export class People {
  /* `choose(person)` is called with the person taken. */
  constructor(view, village, choose) {
    this.list = view.querySelector(".scroll");
    this.nothing = view.querySelector(".nothing");
    this.search = view.querySelector("input");
    this.village = village;
    this.choose = choose;
    this.search.addEventListener("input", () => this.filter());
    this.search.addEventListener("keydown", (event) => {
      const first = this.list.querySelector("li:not([hidden]) button");
      if (event.key === "Enter" && first) first.click();
      if (event.key === "ArrowDown" && first) first.focus();
    });
    arrows(this.list);
  }

  draw() {
    this.list.textContent = "";
    for (const [place, people] of byPlace(this.village.people)) {
      const group = make("section");
      const rows = make("ul", "rows");
      rows.append(...people.map((person) => this.row(person)));
      group.append(make("h3", "", place), rows);
      this.list.append(group);
    }
    this.filter();
  }

  row(person) {
    const button = makeButton("row", "", () => {
      this.search.value = "";
      this.choose(person);
    });
    button.dataset.id = person.id;
    const titles = make("span", "titles");
    titles.append(make("strong", "", person.name), make("span", "about", roleOf(person)));
    const style = make("span", `style ${person.style || ""}`, words.styles[person.style] || "");
    button.append(dress(make("span"), person.id, person.name, "person"), titles, style);
    const item = make("li");
    item.dataset.words = fold(`${person.name} ${roleOf(person)} ${person.place || ""}`);
    item.append(button);
    return item;
  }

  filter() {
    const wanted = fold(this.search.value).split(/\s+/);
    let found = 0;
    for (const group of this.list.children) {
      let here = 0;
      for (const item of group.querySelectorAll("li")) {
        item.hidden = !wanted.every((word) => item.dataset.words.includes(word));
        here += item.hidden ? 0 : 1;
      }
      group.hidden = !here;
      found += here;
    }
    this.nothing.hidden = found > 0 || !this.list.children.length;
  }
}
