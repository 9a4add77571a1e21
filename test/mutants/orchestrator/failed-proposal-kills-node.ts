import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "failed-proposal-kills-node",
  wrong: "A server that is asked and does not lead stops for good.",
  source: "Blixard: a refused proposal makes the main loop exit.",
  file: "src/protocols/replicated/server.ts",
  find: [
    '    if (place === "not leading") {',
    "      this.#redirect(client, session, serial);",
    '    } else if (typeof place === "string") {',
    '      this.#env.send(client, { type: "refused", session, serial, reason: place });',
    "    } else {",
    "      this.#state.waiting",
  ].join("\n"),
  replace: [
    '    if (place === "not leading") {',
    "      this.#state.raft.durability.isHalted = true;",
    '    } else if (typeof place === "string") {',
    '      this.#env.send(client, { type: "refused", session, serial, reason: place });',
    "    } else {",
    "      this.#state.waiting",
  ].join("\n"),
  scenario: "orch-concurrent-writes",
  invariant: "SETTLED",
};

export default mutant;
