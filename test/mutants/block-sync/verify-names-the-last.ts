import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "verify-names-the-last",
  wrong: "Of a chain that is damaged the tip is named, and not the first block that is.",
  source: "S3.66: verifyChain returns the first bad height.",
  file: "src/protocols/block-sync/store/keeper.ts",
  find: 'return { kind: "damaged", damage: found };',
  replace: `const { height } = tipOf(this.#context.state.chain).header;
    return { kind: "damaged", damage: { ...found, height } };`,
  scenario: "bs-data-access/rot",
  invariant: "DAMAGE",
};

export default mutant;
