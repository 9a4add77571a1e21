import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "attempts-numbered-anew",
  wrong: "A client gives each attempt at a request a number of its own.",
  source: "Ongaro's thesis §6.3: a serial number is the request's, however often it is sent.",
  file: "src/protocols/replicated/caller.ts",
  find: "    state.asks++;",
  replace: "    if (++state.asks > 1) state.serial++;",
  scenario: "orch-rapid-leader-changes-during-writes/lost-replies",
  invariant: "ACK",
  alone: [{ scenario: "orch-rapid-leader-changes-during-writes/lost-replies", invariant: "ONCE" }],
};

export default mutant;
