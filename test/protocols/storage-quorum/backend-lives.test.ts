import { describe, expect, it } from "vitest";
import { Backend } from "../../../src/protocols/storage-quorum/backend.ts";
import type { StorageQuorumMessage } from "../../../src/protocols/storage-quorum/messages.ts";
import { defaultStorageQuorumOptions } from "../../../src/protocols/storage-quorum/options.ts";
import { RecordingEnv } from "../../support/recording-env.ts";

/** The backend, serving, in a life that has drawn that number. */
function living(drawn: number): { backend: Backend; env: RecordingEnv<StorageQuorumMessage> } {
  const env = new RecordingEnv<StorageQuorumMessage>("backend");
  env.random.draw = (low, high) => (high === 0xffff_ffff ? drawn : low);
  const options = defaultStorageQuorumOptions;
  const backend = new Backend(env, { discovery: "discovery", options });
  backend.onStart();
  while (env.disk.syncs.length > 0) backend.onSynced(env.disk.completeSync());
  return { backend, env };
}

describe("the backend's questions", () => {
  it.each([
    [0, 1],
    [1, 1_048_577],
    [0xffff_ffff, 4_503_599_626_321_921],
  ])("are numbered from a draw of its life on: %i makes the first %i", (drawn, first) => {
    const { env } = living(drawn);
    const message = { type: "peers", serial: first };
    expect(env.takeSent()).toEqual([{ to: "discovery", message }]);
  });

  it("to storage nodes are, too: an answer to an earlier life fits none of them", () => {
    expect(living(1).backend.state.lastCall).toBe(1_048_576);
  });
});
