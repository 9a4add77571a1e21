import type { Env, NodeId } from "../../sim/env.ts";
import type { RaftOptions } from "../raft/options.ts";
import { noBatching } from "../replicated/batching.ts";
import { ReplicatedServer } from "../replicated/server.ts";
import { type KvItem, type KvTypes, kvService } from "./machine.ts";
import type { KvMessage } from "./messages.ts";
import { KV_SITES } from "./sites.ts";

/** A server of a replicated key-value store. */
export class KvServer extends ReplicatedServer<KvTypes> {
  /** `servers` are the hosts of all servers, if that is known. */
  constructor(env: Env<KvMessage>, options: RaftOptions, servers?: readonly NodeId[]) {
    super(env, { service: kvService, sites: KV_SITES, options, batch: noBatching, servers });
  }

  /** What the machine holds under a key. */
  item(key: string): KvItem | undefined {
    return this.machine.state.keys.get(key);
  }
}
