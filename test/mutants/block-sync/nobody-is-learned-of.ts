import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "nobody-is-learned-of",
  wrong: "A host is taken for a peer because somebody names it.",
  source: "A status says what its sender likes.",
  file: "src/protocols/block-sync/peers/peers.ts",
  find: "if (name === env.id || !this.#context.isHost(name)) return false;",
  replace: "if (name === env.id) return false;",
  scenario: "bs-lossy-sync-retry/false-peers",
  invariant: "EXCEPTION",
};

export default mutant;
