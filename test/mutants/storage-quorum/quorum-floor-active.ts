import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "quorum-floor-active",
  wrong: "The quorum is a share of all live nodes, rounded down, and not of a chunk's replicas.",
  source: "DecentraStore: required_confirmations takes the number of active nodes.",
  file: "src/protocols/storage-quorum/blocks.ts",
  find: [
    "export function requiredFor({ assigned }: Chunk, { options }: BackendContext): number {",
    "  return requiredConfirmations(assigned, options.quorum, options.confirmationsMin);",
  ].join("\n"),
  replace: [
    "export function requiredFor(_chunk: Chunk, { options, state }: BackendContext): number {",
    "  const { numerator, denominator } = options.quorum;",
    "  const share = Math.floor((state.peers.size * numerator) / denominator);",
    "  return Math.max(options.confirmationsMin, share);",
  ].join("\n"),
  scenario: "sq-large-file/6-nodes",
  invariant: "ENDINGS",
};

export default mutant;
