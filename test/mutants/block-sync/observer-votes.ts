import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "observer-votes",
  wrong: "An observer makes itself keys, and votes.",
  source: "tb-multi-node-consensus: an observer only watches.",
  file: "src/protocols/block-sync/chain-node.ts",
  find: "const keys = secret === undefined ? undefined : keyPairOf(secret);",
  replace: "const keys = keyPairOf(secret ?? new Uint8Array(32));",
  also: [
    {
      file: "src/protocols/block-sync/finality/voter.ts",
      find: "publicKey !== undefined && config.genesis.validators.includes(publicKey);",
      replace: "publicKey !== undefined && config.genesis.validators.length > 0;",
    },
  ],
  scenario: "tb-multi-node-consensus",
  invariant: "OBS-READONLY",
};

export default mutant;
