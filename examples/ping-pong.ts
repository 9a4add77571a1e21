// The smallest simulation: two hosts, a link, and what happened on it.

import { type Env, formatTrace, ms, type Node, Simulation } from "../src/index.ts";

type Message = "ping" | "pong";

const player = (env: Env<Message>): Node<Message, { hits: number }> => ({
  state: { hits: 0 },
  onStart() {
    if (env.id === "a") env.send("b", "ping");
  },
  onMessage(from, message) {
    this.state.hits++;
    env.send(from, message === "ping" ? "pong" : "ping");
  },
});

const simulation = new Simulation({ seed: "7", servers: { a: player, b: player }, trace: true });
simulation.run(ms(10));

console.log(formatTrace(simulation.trace));
console.log(`fingerprint ${simulation.fingerprint}`);
