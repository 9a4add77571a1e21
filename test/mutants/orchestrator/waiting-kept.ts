import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "waiting-kept",
  wrong: "A server that has answered a request keeps the note of who waited for it.",
  source: "A classic of long-running servers: what is done is never forgotten.",
  file: "src/protocols/replicated/server.ts",
  find: ["    if (expected === undefined) return;", "    waiting.delete(index);", ""].join("\n"),
  replace: ["    if (expected === undefined) return;", ""].join("\n"),
  scenario: "orch-bench-sustained-load",
  invariant: "KEPT-REQUESTS",
};

export default mutant;
