/* What the browser keeps for the page. Where storage is off or full, things live as long as the
   page does. */

export function recall(storage, key, otherwise) {
  try {
    const kept = JSON.parse(window[storage].getItem(`loalang.${key}`));
    return kept === null ? otherwise : kept;
  } catch (error) {
    return otherwise;
  }
}

/* Whether it will be there after a reload. */
export function keep(storage, key, value) {
  try {
    window[storage].setItem(`loalang.${key}`, JSON.stringify(value));
    return true;
  } catch (error) {
    return false;
  }
}
