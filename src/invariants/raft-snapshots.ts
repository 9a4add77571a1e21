// What stands for a log that is compacted: Raft §7, thesis §5.1.

import type { RaftFacts, Replica } from "./raft-facts.ts";
import type { Step } from "./raft-step.ts";
import type { PlaceView, SnapshotView } from "./raft-view.ts";

/** What a log comes to, done again by who is no server. */
export interface Replayer {
  /** Who took part when the group was made. */
  readonly configuration: unknown;
  /** The state before the first entry, plain data. */
  readonly initial: () => object;
  /** Applies a command to such a state, in place. */
  readonly apply: (state: object, index: number, command: unknown) => void;
  /** The snapshot of such a state, as a server makes it. */
  readonly snapshot: (place: PlaceView, configuration: unknown, state: object) => SnapshotView;
}

/**
 * A snapshot, and a state machine that was read back from one, are what the entries up to its index
 * come to; so are their terms and who took part. Raft §7.
 */
export function isOfThePrefix(step: Step, replayer: Replayer | undefined): string | undefined {
  const { facts, host, node } = step;
  const { snapshot, base } = node;
  if (snapshot === undefined) return undefined;
  if (base !== undefined && base.index > 0) {
    const expected = facts.applied[base.index - 1]?.term;
    if (base.index > snapshot.index || expected !== base.term) {
      return `${host.id} begins its log behind entry ${base.index} of term ${base.term}`;
    }
  }
  const taken = isRight(step, snapshot, `${host.id} has a snapshot`, replayer);
  if (taken !== undefined || !isReadBack(step) || node.saved === undefined) return taken;
  return isRight(step, node.saved(), `${host.id} has read back a state`, replayer);
}

/** Whether the step has put a snapshot in place of what was applied. */
function isReadBack({ facts, node }: Step): boolean {
  return facts.change.applied < (node.base?.index ?? 0) || facts.change.isNewLife;
}

function isRight(
  { facts, host }: Step,
  found: SnapshotView,
  what: string,
  replayer: Replayer | undefined,
): string | undefined {
  const { index, term, checksum } = found;
  if (facts.snapshots.get(index) === checksum) return undefined;
  const last = facts.applied[index - 1];
  if (last === undefined) return `${what} of entry ${index}, applied are ${facts.applied.length}`;
  if (last.term !== term) return `${what} of entry ${index} with term ${term}, not ${last.term}`;
  if (replayer === undefined) return undefined;
  const replica = replicaAt(facts, host.index, index, replayer);
  const expected = replayer.snapshot({ index, term }, replica.configuration, replica.state);
  if (expected.checksum !== checksum) return `${what} of entry ${index} that is not its prefix`;
  facts.snapshots.set(index, checksum);
  return undefined;
}

/** What the log comes to up to an index. O(entries since the host's last one). */
function replicaAt(
  facts: RaftFacts,
  host: number,
  index: number,
  { initial, apply, configuration }: Replayer,
): Replica {
  let replica = facts.replicas[host];
  if (replica === undefined || replica.applied > index) {
    replica = { applied: 0, configuration, state: initial() };
    facts.replicas[host] = replica;
  }
  while (replica.applied < index) {
    const entry = facts.applied[replica.applied++]!;
    if (entry.configuration !== undefined) replica.configuration = entry.configuration;
    if (entry.command !== undefined) apply(replica.state, replica.applied, entry.command);
  }
  return replica;
}
