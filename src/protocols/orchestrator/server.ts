import type { Env, NodeId } from "../../sim/env.ts";
import type { RaftOptions } from "../raft/options.ts";
import { type BatchOptions, noBatching } from "../replicated/batching.ts";
import type { ServiceMessage } from "../replicated/messages.ts";
import { ReplicatedServer } from "../replicated/server.ts";
import { orchestrator } from "./machine.ts";
import { ORCHESTRATOR_SITES } from "./sites.ts";
import type { OrchestratorTypes } from "./types.ts";

/** What the orchestrator's clients and servers say to each other. */
export type OrchestratorMessage = ServiceMessage<OrchestratorTypes>;

/** A server of a replicated orchestrator. */
export class OrchestratorServer extends ReplicatedServer<OrchestratorTypes> {
  /** `servers` are the hosts of all servers, if that is known. */
  constructor(
    env: Env<OrchestratorMessage>,
    options: RaftOptions,
    batch: BatchOptions = noBatching,
    servers?: readonly NodeId[],
  ) {
    super(env, { service: orchestrator, sites: ORCHESTRATOR_SITES, options, batch, servers });
  }
}
