import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "bytes-mangled",
  wrong: "A value loses the high bit of each byte, as if it were ASCII.",
  source: "A classic of text handling; scenario raft-arbitrary-messages-property.",
  file: "src/protocols/kv/task.ts",
  find: "Number.parseInt(pair, 16));",
  replace: "Number.parseInt(pair, 16) & 0x7f);",
  scenario: "raft-arbitrary-messages-property",
  invariant: "REPLICATED",
};

export default mutant;
