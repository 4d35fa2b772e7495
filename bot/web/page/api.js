/* The sandbox's HTTP interface, one function a call. Whatever fails is a `Refused`. */

export class Refused extends Error {
  /* `status`: the HTTP status, or 0 when the program cannot be reached. */
  constructor(status) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    throw new Refused(0);
  }
  if (!response.ok) throw new Refused(response.status);
  return response.json();
}

export const getPeople = () => call("/api/people");

export const getChats = (person) => call(`/api/chats?${new URLSearchParams({ person })}`);

export function getMessages(chat, person, after) {
  const query = new URLSearchParams({ chat, person });
  if (after) query.set("after", after);
  return call(`/api/messages?${query}`);
}

export const sendMessage = (message) => call("/api/messages", message);

export const pressButton = (press) => call("/api/presses", press);

export const getClock = () => call("/api/clock");

export const advanceClock = (seconds) => call("/api/clock", { advance: seconds });

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
