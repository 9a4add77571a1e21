import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "owing-counts-as-silent",
  wrong: "A peer that is busy sending what it was asked for is taken for lost.",
  source: "On a slow line statuses wait behind bodies.",
  file: "src/protocols/block-sync/peers/peers.ts",
  find: "if (this.#isSilent(peer) && !this.#context.owes(name)) this.lose(name);",
  replace: "if (this.#isSilent(peer)) this.lose(name);",
  scenario: "bs-lossy-sync-retry/slow-line",
  invariant: "CAUGHT-UP",
};

export default mutant;
