import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "salt-reused",
  wrong: "All files of a user are encrypted with one key: the salt is always the same.",
  source: "NIST SP 800-132 §5.1: a salt is drawn for each key.",
  file: "src/protocols/storage-quorum/uploads.ts",
  find: "    const salt = drawBytes(env.random, SALT_BYTES);",
  replace: "    const salt = new Uint8Array(SALT_BYTES);",
  scenario: "sq-consensus-timeout/mixed-strict",
  invariant: "SQ-KEYS",
};

export default mutant;
