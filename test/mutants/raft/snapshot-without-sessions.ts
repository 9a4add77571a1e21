import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-without-sessions",
  wrong: "A snapshot leaves out the clients' sessions, so that a retry takes effect again.",
  source: "Ongaro's thesis §6.3; a rule of LogCabin's.",
  file: "src/protocols/replicated/state-machine.ts",
  find: "sessions: sortedMapOf(session)",
  replace: [
    "sessions: {",
    "      encode: (_, writer) => writer.byte(0),",
    "      decode: (from) => new Map([].slice(from.byte())),",
    "    }",
  ].join("\n"),
  scenario: "raft-random-failures-property/swarm",
  invariant: "ACK",
};

export default mutant;
