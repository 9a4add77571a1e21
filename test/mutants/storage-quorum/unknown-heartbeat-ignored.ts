import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "unknown-heartbeat-ignored",
  wrong: "A heartbeat of a node that the discovery does not know is not answered.",
  source: "DecentraStore: a 404 on a heartbeat makes the node register again.",
  file: "src/protocols/storage-quorum/discovery.ts",
  find: 'if (member?.report.life !== message.life) this.#env.send(from, { type: "unknown" });',
  replace: "if (member?.report.life !== message.life) return;",
  scenario: "sq-heartbeat-expiry/discovery-restart",
  invariant: "SQ-MEMBERS",
};

export default mutant;
