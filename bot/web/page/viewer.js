/* A photo over the whole page. Any key but Tab, or a tap, closes it; the keyboard goes back to
   where it was. */

const viewer = () => document.getElementById("viewer");

export function showPhoto(url, name) {
  const box = viewer();
  const [image, button] = [box.querySelector("img"), box.querySelector("button")];
  const from = document.activeElement;
  const close = () => {
    box.hidden = true;
    image.removeAttribute("src");
    if (from) from.focus();
  };
  image.src = url;
  image.alt = name;
  box.hidden = false;
  box.onclick = close;
  box.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Tab") event.preventDefault(); // there is but one button
    if (event.key === "Escape") close();
  };
  button.focus();
}
