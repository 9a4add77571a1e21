import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "no-limit-is-none-allowed",
  wrong: "No limit of uploads a minute is taken for a limit of none.",
  source: "A setting whose 0 means something of its own.",
  file: "src/protocols/storage-quorum/uploads.ts",
  find: "if (options.uploadsPerMinute === 0) return false;",
  replace: "if (options.uploadsPerMinute < 0) return false;",
  scenario: "sq-concurrent-load",
  invariant: "UPLOADS-DONE",
  alone: [
    { scenario: "sq-large-file/some-chunks", invariant: "SOME-CHUNKS" },
    { scenario: "sq-3c-majority-failure", invariant: "STRUCK n2" },
    { scenario: "sq-3c-majority-failure/back-too-late", invariant: "STRUCK n3" },
  ],
};

export default mutant;
