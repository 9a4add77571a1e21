import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "acknowledged-when-appended",
  wrong: "A client is told that its write is done when the leader has it in its log.",
  source: "Row R-155 of the bug catalogues: MongoDB's w:1; Raft §5.3: when it is committed.",
  file: "src/protocols/replicated/server.ts",
  find: "      this.#state.waiting.set(place.index, { client, session, serial });",
  replace: [
    "      this.#state.waiting.set(place.index, { client, session, serial });",
    '      this.#env.send(client, { type: "reply", session, serial, result: { type: "done" } });',
  ].join("\n"),
  scenario: "raft-leader-in-minority",
  invariant: "ACK",
  alone: [{ scenario: "orch-basic-network-partition/leader-in-minority", invariant: "ORCH-ACKED" }],
};

export default mutant;
