/* A list drawn again and again, in which only what changed is touched: scroll, focus and
   selection stay where they were. */

export class Rows {
  /* `build(row)` makes the element of a row; a row is plain data with a unique `key`. */
  constructor(list, build) {
    this.list = list;
    this.build = build;
    this.drawn = new Map(); // key -> {signature, element}
  }

  clear() {
    this.list.textContent = "";
    this.drawn.clear();
  }

  show(rows) {
    const focused = document.activeElement;
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, { element }] of this.drawn) {
      if (keys.has(key)) continue;
      element.remove();
      this.drawn.delete(key);
    }
    rows.forEach((row, index) => {
      const element = this.element(row);
      const there = this.list.children[index];
      if (there !== element) this.list.insertBefore(element, there || null);
    });
    // What is moved loses the keyboard.
    if (document.activeElement !== focused && this.list.contains(focused)) focused.focus();
  }

  element(row) {
    const signature = JSON.stringify(row);
    const old = this.drawn.get(row.key);
    if (old && old.signature === signature) return old.element;
    const element = this.build(row);
    this.drawn.set(row.key, { signature, element });
    if (old) this.replace(old.element, element);
    return element;
  }

  /* The keyboard stays on the button it was on, or on the last one left. */
  replace(old, element) {
    const held = [...old.querySelectorAll("button")].indexOf(document.activeElement);
    old.replaceWith(element);
    if (held < 0) return;
    const buttons = element.querySelectorAll("button");
    const next = buttons[Math.min(held, buttons.length - 1)] || this.list.closest("[tabindex]");
    if (next) next.focus();
  }
}
