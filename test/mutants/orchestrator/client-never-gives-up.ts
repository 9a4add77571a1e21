import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "client-never-gives-up",
  wrong: "A client waits for ever for a server that has taken its request in and cannot commit it.",
  source: "S2: requests to the minority have to fail within their timeout.",
  file: "src/protocols/replicated/client.ts",
  find: ['    this.#env.setTimer("deadline", this.#options.waitMax);', ""].join("\n"),
  replace: "",
  scenario: "orch-split-brain-prevention/leader-in-minority",
  invariant: "MINORITY-TOLD",
};

export default mutant;
