/* The sandbox's HTTP interface, one function a call. Whatever fails is a `Refused`. */

const PATIENCE = 30e3; // ms until an answer is given up
const CLOCK = 120e3; // ms; what falls due meanwhile is done first

export class Refused extends Error {
  /* `status`: the HTTP status, or 0 when the program cannot be reached. */
  constructor(status) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

async function call(path, body, patience = PATIENCE) {
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), patience);
  const options = body === undefined ? { signal: given.signal } : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: given.signal,
  };
  try {
    const response = await fetch(path, options);
    if (!response.ok) throw new Refused(response.status);
    return await response.json();
  } catch (error) {
    throw error instanceof Refused ? error : new Refused(0);
  } finally {
    clearTimeout(timer);
  }
}

export const getPeople = () => call("/api/people");

export const getChats = (person) => call(`/api/chats?${new URLSearchParams({ person })}`);

/* Of one chat, or without one of all chats of the person. */
export function getMessages(person, chat, after) {
  const query = new URLSearchParams({ person });
  if (chat) query.set("chat", chat);
  if (after) query.set("after", after);
  return call(`/api/messages?${query}`);
}

export const sendMessage = (message) => call("/api/messages", message);

export const pressButton = (press) => call("/api/presses", press);

export const cutLine = (chat, on) => call("/api/outages", { chat, on });

export const getClock = () => call("/api/clock");

export const advanceClock = (seconds) => call("/api/clock", { advance: seconds }, CLOCK);

/* Listens while the page can be seen: `hear(kind, message)` for each event, `online()` after each
   (re)connection, `offline()` when the line breaks. A browser gives up on some failures; then we
   ask again. It also has few lines to one address: a hidden tab must not hold one. */
export function listen({ hear, online, offline }) {
  let source = null;
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource("/api/events");
    source.onopen = online;
    for (const kind of ["message", "edit", "delete"]) {
      source.addEventListener(kind, (event) => hear(kind, JSON.parse(event.data)));
    }
    source.onerror = () => {
      offline();
      if (source.readyState !== EventSource.CLOSED) return;
      source = null;
      setTimeout(open, 3000);
    };
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && source) {
      source.close();
      source = null;
    } else {
      open();
    }
  });
  open();
}
