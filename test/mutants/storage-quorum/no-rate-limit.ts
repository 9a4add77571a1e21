import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "no-rate-limit",
  wrong: "Users may begin as many uploads as they like.",
  source: "DecentraStore: 10 uploads a minute.",
  file: "src/protocols/storage-quorum/uploads.ts",
  find: "if (options.uploadsPerMinute === 0) return false;",
  replace: "if (options.uploadsPerMinute >= 0) return false;",
  scenario: "sq-concurrent-load/rate-limit",
  invariant: "SQ-RATE",
};

export default mutant;
