import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "refused-uploads-count",
  wrong: "An upload that was refused as too often counts as one that has begun.",
  source: "A limit that counts what it refuses never lets a patient client in again.",
  file: "src/protocols/storage-quorum/uploads.ts",
  find: [
    "    state.uploadTimes.set(user, recent);\n",
    "    return recent.length >= options.uploadsPerMinute;",
  ].join(""),
  replace: [
    "    const isTooOften = recent.length >= options.uploadsPerMinute;\n",
    "    state.uploadTimes.set(user, isTooOften ? [...recent, env.now()] : recent);\n",
    "    return isTooOften;",
  ].join(""),
  scenario: "sq-concurrent-load/rate-limit",
  invariant: "SQ-RATE",
  alone: [{ scenario: "sq-concurrent-load/rate-limit", invariant: "TAKEN-AGAIN" }],
};

export default mutant;
