/* The two pieces everything on the page is made of. */

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/* A coloured circle with the initial of the given name, which is the last word in Vietnamese. */
export function dress(avatar, key, name, square) {
  const tint = [...key].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 6, 0);
  const given = name.trim().split(/\s+/).pop() || "?";
  avatar.className = `avatar tint-${tint}${square ? " square" : ""}`;
  avatar.textContent = [...given][0].toUpperCase();
  return avatar;
}
