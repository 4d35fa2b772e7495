/* Where an invented place lies: always the same spot, near the others, in no real village. */

const MIDDLE = { latitude: 10.2541, longitude: 105.9722 }; // degrees
const STEP = 0.004; // degrees, some 400 m

export function spotOf(place) {
  let sum = 0;
  for (const letter of place || "") sum = (sum * 31 + letter.codePointAt(0)) % 49;
  const near = (degrees, steps) => (degrees + (steps - 3) * STEP).toFixed(4);
  return {
    latitude: near(MIDDLE.latitude, sum % 7),
    longitude: near(MIDDLE.longitude, Math.floor(sum / 7)),
  };
}
