// A member that lacks 100,000 entries is brought up by a snapshot, at the speed of its link.

import { expect, it } from "vitest";
import { plan, run } from "../../src/index.ts";
import { raftSafety } from "../../src/invariants/raft.ts";
import type { ByteReader, ByteWriter, Codec } from "../../src/protocols/codec.ts";
import { formatDisk } from "../../src/protocols/raft/format.ts";
import type { Entry } from "../../src/protocols/raft/log.ts";
import type { Append, RaftMessage, SnapshotChunk } from "../../src/protocols/raft/messages.ts";
import { defaultRaftOptions } from "../../src/protocols/raft/options.ts";
import { Raft } from "../../src/protocols/raft/raft.ts";
import { readDurableTerms } from "../../src/protocols/raft/records.ts";
import { initialRaftState, type RaftState } from "../../src/protocols/raft/state.ts";
import { RAFT_FILE } from "../../src/protocols/raft/storage.ts";
import { RaftViews } from "../../src/protocols/replicated/raft-views.ts";
import type { DiskError, Env, Node, NodeId } from "../../src/sim/env.ts";
import type { Invariant, World } from "../../src/sim/invariant.ts";
import { defaultNetworkOptions } from "../../src/sim/network/network-options.ts";
import { defineScenario } from "../../src/sim/scenario.ts";
import { ms, seconds } from "../../src/sim/time.ts";

const ENTRIES = 100_000;
const BYTES_PER_SECOND = 1_000_000;
const BACK = seconds(15);

const bytes: Codec<Uint8Array> = {
  encode: (value, writer) => writer.bytesOf(value),
  decode: (reader) => reader.bytesOf(),
};

interface State {
  readonly raft: RaftState<Uint8Array>;
  /** All commands: the state grows with the log, so that a snapshot is not smaller than it. */
  machine: Uint8Array[];
}

/** A Raft member that, while it leads, proposes 100 entries of 16 bytes each 5 ms by itself. */
class Feeder extends RaftViews<Uint8Array> implements Node<RaftMessage<Uint8Array>, State> {
  readonly #env: Env<RaftMessage<Uint8Array>>;
  protected readonly raft: Raft<Uint8Array>;
  #state: State = { raft: initialRaftState(), machine: [] };

  constructor(env: Env<RaftMessage<Uint8Array>>) {
    super();
    this.#env = env;
    const config = {
      options: { ...defaultRaftOptions, snapshotEntries: 5_000, keptEntries: 1_000 },
      codec: bytes,
      servers: undefined,
      apply: ({ command }: Entry<Uint8Array>) => {
        if (command !== undefined) this.#state.machine.push(command);
      },
      save: (writer: ByteWriter) => {
        writer.count(this.#state.machine.length);
        for (const command of this.#state.machine) writer.bytesOf(command);
      },
      restore: (reader: ByteReader) => {
        this.#state.machine = Array.from({ length: reader.count() }, () => reader.bytesOf());
      },
      readEnds: () => {},
    };
    this.raft = new Raft(env, config, this.#state.raft);
  }

  get state(): State {
    return this.#state;
  }

  set state(state: State) {
    this.#state = state;
    this.raft.state = state.raft;
  }

  get machine(): readonly Uint8Array[] {
    return this.#state.machine;
  }

  onStart(): void {
    this.raft.onStart();
    this.#env.setTimer("feed", ms(5));
  }

  onMessage(from: NodeId, message: RaftMessage<Uint8Array>): void {
    this.raft.onMessage(from, message);
  }

  onTimer(name: string): void {
    if (name !== "feed") {
      this.raft.onTimer(name);
      return;
    }
    this.#env.setTimer("feed", ms(5));
    const from = this.raft.state.log.lastIndex;
    const commands = Array.from({ length: 100 }, (_, i) => entryOf(from + i));
    if (this.raft.isLeader && from < ENTRIES) this.raft.proposeAll(commands);
  }

  onSynced(_token: string, error?: DiskError): void {
    this.raft.onSynced(error);
  }
}

/** 16 bytes that no other entry has. */
function entryOf(n: number): Uint8Array {
  const entry = new Uint8Array(16);
  new DataView(entry.buffer).setUint32(0, n);
  return entry;
}

/** A chunk of a snapshot, or entries. */
type PartOfState = Partial<
  Pick<SnapshotChunk, "data"> & Pick<Append<Uint8Array>, "entries"> & { readonly type: string }
>;

/** When `n3` has applied as much as the others, and how many bytes of the state that took. */
function catchUp(): Invariant<Feeder> & { readonly state: { at: number; sentBytes: number } } {
  const made = {
    name: "catch up",
    state: { at: 0, sentBytes: 0 },
    onStep: ({ now, servers, sent, metrics }: World<Feeder>) => {
      if (now < BACK || made.state.at > 0) return undefined;
      for (const { to, message } of sent) {
        const { type, data, entries } = message as PartOfState;
        if (to !== "n3") continue;
        if (type === "snapshot") made.state.sentBytes += data!.length;
        if (type === "append") made.state.sentBytes += 16 * entries!.length;
      }
      const [first, , lagging] = servers.map(({ node }) => node?.machine.length ?? 0);
      if (lagging === first) {
        made.state.at = now;
        metrics.gauge("took, µs", now - BACK);
        metrics.gauge("sent, bytes", made.state.sentBytes);
      }
      return undefined;
    },
  };
  return made;
}

const scenario = defineScenario<RaftMessage<Uint8Array>, Feeder, undefined>({
  name: "raft-far-behind",
  about: "A member is down while the others take 100,000 entries.",
  checkSettings: () => undefined,
  server: (env) => new Feeder(env),
  files: (id, { servers }) => formatDisk(id, servers),
  plan: () => ({
    servers: ["n1", "n2", "n3"],
    settings: undefined,
    network: {
      ...defaultNetworkOptions,
      bandwidth: [{ bytesPerSecond: BYTES_PER_SECOND, queueBytes: 10_000_000, per: "link" }],
    },
    faults: [{ kind: "crash", at: ms(1), lasting: BACK - ms(1), hosts: ["n3"] }],
    calm: BACK,
    horizon: BACK + seconds(8),
  }),
  invariants: () => [raftSafety({ file: RAFT_FILE, read: readDurableTerms }), catchUp()],
});

it("takes no longer than its link takes for the state, and a fifth of that", () => {
  const { metrics, violation } = run(scenario, plan(scenario, "1"));
  expect(violation).toBeUndefined();
  const sizeBytes = metrics.gauged("sent, bytes");
  expect(sizeBytes).toBeGreaterThan(ENTRIES * 16);
  const atBest = (sizeBytes / BYTES_PER_SECOND) * 1_000_000;
  expect(metrics.gauged("took, µs")).toBeGreaterThan(atBest);
  expect(metrics.gauged("took, µs")).toBeLessThan(1.2 * atBest);
});
