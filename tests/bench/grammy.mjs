// grammY as its documentation uses it: its own client, its own poller; `throttled`: with the
// throttler that comes with it. Its broadcast hands everything over at once, as that one expects.
//
// https://grammy.dev/plugins/transformer-throttler
//
// node grammy.mjs TOKEN BASE_URL KIND PACKAGES TEXT, and orders as in participant.py.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [token, apiRoot, kind, packages, words] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { Bot } = require("grammy");
const AT_ONCE = 10; // calls under way where nothing else limits it, as for the other peers

const bot = new Bot(token, { client: { apiRoot } });
if (kind === "throttled") {
  bot.api.config.use(require("@grammyjs/transformer-throttler").apiThrottler());
}
bot.on("message", (context) => context.reply(context.message.text ?? ""));

const text = (number) => words.replace("{n}", number);
const now = () => Number(process.hrtime.bigint()) / 1e9; // monotonic, as Python's

function spent() {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e6;
}

let busy = false;
let told = new AbortController();

async function broadcast(chats, first) {
  busy = true;
  const { signal } = told;
  const sent = chats.map((chat, i) => bot.api.sendMessage(chat, text(first + i), {}, signal));
  await Promise.allSettled(sent);
  busy = false;
}

const orders = {
  usage: () => ({ cpu: spent(), rss: process.memoryUsage().rss / 1e6 }),
  async send({ chats, first }) {
    const [cpu, began] = [spent(), now()];
    let next = 0;
    const worker = async () => {
      while (next < chats.length) {
        const i = next++;
        await bot.api.sendMessage(chats[i], text(first + i));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return { cpu: spent() - cpu, wall: now() - began };
  },
  broadcast({ chats, first }) {
    broadcast(chats, first);
    return now();
  },
  listen() {
    bot.start();
    return null;
  },
  busy: () => busy,
  stop() {
    told.abort();
    told = new AbortController();
    return null;
  },
};

const answer = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
answer({ ready: Object.keys(orders) });
for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...more } = JSON.parse(line);
  try {
    answer({ result: await orders[name](more) });
  } catch (error) {
    answer({ error: `${error.name}: ${error.message}` });
  }
}
process.exit(0);
