import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "line-too-slow",
  wrong: "A line carries nine tenths of what it is set to.",
  source: "tb-link-degradation: the measured throughput equals the limit within 5 %.",
  file: "src/sim/network/passage.ts",
  find: "const wait = enqueue(queue, now, bytesPerSecond, wire.sizeOf(passage.message)) - now;",
  replace: `const slow = (bytesPerSecond * 9) / 10;
    const wait = enqueue(queue, now, slow, wire.sizeOf(passage.message)) - now;`,
  scenario: "tb-link-degradation/10-mbit",
  invariant: "THROUGHPUT",
};

export default mutant;
