import { describe, expect, it } from "vitest";
import { Audits } from "../../../src/protocols/storage-quorum/audits.ts";
import {
  type Block,
  type ChallengeQuestion,
  newBackendState,
} from "../../../src/protocols/storage-quorum/backend-state.ts";
import { addHolder } from "../../../src/protocols/storage-quorum/blocks.ts";
import { Calls } from "../../../src/protocols/storage-quorum/calls.ts";
import { Holders } from "../../../src/protocols/storage-quorum/holders.ts";
import { Ledger } from "../../../src/protocols/storage-quorum/ledger.ts";
import type { StorageQuorumMessage } from "../../../src/protocols/storage-quorum/messages.ts";
import { StorageNodes } from "../../../src/protocols/storage-quorum/nodes.ts";
import { defaultStorageQuorumOptions } from "../../../src/protocols/storage-quorum/options.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

const FILE = "a/x";

/** A file of two chunks, of which `n1` holds both. */
function made() {
  const env = new RecordingEnv<StorageQuorumMessage>("backend");
  const state = newBackendState();
  const options = defaultStorageQuorumOptions;
  const context = { env, state, options, discovery: "discovery" };
  const chunks = ["c0", "c1"].map((address) => ({
    ...{ address, sizeBytes: 10, intended: [], assigned: 1 },
    ...{ holders: new Map(), failed: new Set() },
  }));
  // What else a block has audits do not ask for.
  state.blocks.set(FILE, { file: FILE, chunks } as unknown as Block);
  const replicas = ["r0", "r1"].map((address) => ({ node: "n1", address, root: "", seal: 0 }));
  for (const [chunk, replica] of replicas.entries()) {
    addHolder(state, { file: FILE, chunk, replica });
  }
  const calls = new Calls(context);
  const nodes = new StorageNodes(context, () => undefined);
  const ledger = new Ledger(
    env,
    () => state,
    () => undefined,
  );
  const audits = new Audits(context, { calls, nodes, holders: new Holders(context, ledger) });
  /** Asks, and says what the only question is about. */
  const tick = (): ChallengeQuestion => {
    audits.onTick();
    const [asked] = [...state.calls.values()].map(({ about }) => about);
    state.calls.clear();
    return asked as ChallengeQuestion;
  };
  const proven = () =>
    state.blocks.get(FILE)!.chunks.map(({ holders }) => holders.get("n1")!.isProven);
  return { audits, tick, proven };
}

describe("a holder that lets challenges go by", () => {
  it("is asked for the same replica again, and doubted when it is silent for too long", () => {
    const { audits, tick, proven } = made();
    const first = tick();
    audits.onOverdue(first);
    const second = tick();
    audits.onOverdue(second);
    expect(proven()).toEqual([true, true]);
    const third = tick();
    audits.onOverdue(third);
    const asked = [first, second, third].map(({ chunk }) => chunk);
    expect(new Set(asked).size).toBe(1);
    expect(proven()).toEqual([false, false]);
  });

  it("is asked for its other replicas once it is doubted", () => {
    const { audits, tick } = made();
    const silent = [tick, tick, tick].map((ask) => {
      const question = ask();
      audits.onOverdue(question);
      return question.chunk;
    });
    expect(silent).not.toContain(tick().chunk);
  });
});
