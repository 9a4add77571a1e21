import type { Env, NodeId } from "../../sim/env.ts";
import type { BackendState } from "./backend-state.ts";
import type { StorageQuorumMessage } from "./messages.ts";
import type { StorageQuorumOptions } from "./options.ts";

/** What the parts of a backend share. */
export interface BackendContext {
  readonly env: Env<StorageQuorumMessage>;
  readonly options: StorageQuorumOptions;
  readonly discovery: NodeId;
  /** The memory as it is now: in a recorded run it is another object at each handler. */
  readonly state: BackendState;
}
