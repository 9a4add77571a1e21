import { raftSafety } from "../invariants/raft.ts";
import type { Replayer } from "../invariants/raft-snapshots.ts";
import type { RaftView } from "../invariants/raft-view.ts";
import { type Configuration, initialConfiguration } from "../protocols/raft/configuration.ts";
import { readDurableTerms } from "../protocols/raft/records.ts";
import { makeSnapshot } from "../protocols/raft/snapshot.ts";
import { RAFT_FILE } from "../protocols/raft/storage.ts";
import type { Command } from "../protocols/replicated/command.ts";
import {
  applyCommand,
  emptyReplica,
  type Replica,
  replicaCodec,
  type ServiceTypes,
  type StateMachine,
} from "../protocols/replicated/state-machine.ts";
import type { NodeId } from "../sim/env.ts";
import type { Invariant } from "../sim/invariant.ts";

/** The safety of Raft under a service, with its journal and snapshots; `members` vote at first. */
export function raftSafetyOf<Of extends ServiceTypes>(
  service: StateMachine<Of>,
  members: readonly NodeId[],
): Invariant<RaftView> {
  const reader = { file: RAFT_FILE, read: readDurableTerms };
  return raftSafety(reader, replayerOf(service, members));
}

/** Does a service's log again, so that its servers' snapshots can be judged. */
function replayerOf<Of extends ServiceTypes>(
  service: StateMachine<Of>,
  members: readonly NodeId[],
): Replayer {
  const replicas = replicaCodec(service);
  // What this replayer is given back is what it has made, and the log of this service's servers.
  return {
    configuration: initialConfiguration(members),
    initial: () => emptyReplica(service),
    apply: (state, index, command) => {
      applyCommand(service, state as Replica<Of>, index, command as Command<Of["operation"]>);
    },
    snapshot: (place, configuration, state) =>
      makeSnapshot({
        ...place,
        configuration: configuration as Configuration,
        save: (writer) => replicas.encode(state as Replica<Of>, writer),
      }),
  };
}
