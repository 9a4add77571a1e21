import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "height-beyond-is-tip",
  wrong: "Whoever asks for a height that is not there yet is given the tip.",
  source: "bs-data-access: what is out of range is answered by none.",
  file: "src/protocols/block-sync/answers.ts",
  find: "return showBlock(chain, blockAt(chain, query.height));",
  replace: "return showBlock(chain, blockAt(chain, query.height) ?? tipOf(chain));",
  scenario: "bs-data-access",
  invariant: "ENDINGS",
};

export default mutant;
