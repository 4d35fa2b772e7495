/* The pieces everything on the page is made of. */

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function makeButton(className, text, onclick) {
  const button = make("button", className, text);
  button.type = "button";
  button.onclick = onclick;
  return button;
}

export const tintOf = (key) => (
  [...key].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 6, 0)
);

/* A person is known by the given name, which is the last word in Vietnamese; a group by the
   first letters of its first two words. `look`: "person", "group" or "bot". */
export function dress(avatar, key, name, look) {
  avatar.className = `avatar ${look} tint-${tintOf(key)}`;
  avatar.setAttribute("aria-hidden", "true");
  const all = name.trim().split(/\s+/);
  const known = look === "group" ? all.slice(0, 2) : all.slice(-1);
  const letters = known.map((word) => [...word][0] || "").join("");
  avatar.textContent = look === "bot" ? "" : letters.toUpperCase();
  return avatar;
}

/* "3" in a circle, which is read as `label`. */
export function badge(count, label) {
  const mark = make("span", "badge", count > 99 ? "99+" : String(count));
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", label);
  return mark;
}

/* Up and down move along a list of buttons. */
export function arrows(list) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...list.querySelectorAll("button")].filter((one) => one.offsetParent);
    const at = rows.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = rows[at + step];
    if (next) next.focus();
  });
}
