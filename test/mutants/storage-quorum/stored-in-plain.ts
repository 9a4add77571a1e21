import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "stored-in-plain",
  wrong: "Storage nodes get the bytes of files as they are, neither encrypted nor sealed.",
  source: "DecentraStore encrypts on the way in: whoever leaves that out stores in plain.",
  file: "src/protocols/storage-quorum/cipher.ts",
  find: "  const body = cipher.update(plaintext);",
  replace: "  const body = plaintext;",
  also: [
    {
      file: "src/protocols/storage-quorum/cipher.ts",
      find: "  return new Uint8Array(cipher.update(bytes));",
      replace: "  cipher.update(bytes);\n  return bytes.slice();",
    },
  ],
  scenario: "sq-quorum-2-of-3",
  invariant: "SQ-SECRET",
  alone: [{ scenario: "sq-access", invariant: "SERVED" }],
};

export default mutant;
