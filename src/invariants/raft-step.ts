import type { HostView, World } from "../sim/invariant.ts";
import type { RaftFacts, ServerFacts } from "./raft-facts.ts";
import type { Promised } from "./raft-promises.ts";
import type { RaftView } from "./raft-view.ts";

/** A server's step, as each check gets it. */
export interface Step {
  readonly facts: RaftFacts;
  readonly world: World<RaftView>;
  readonly host: HostView<RaftView>;
  readonly node: RaftView;
  readonly server: ServerFacts;
  readonly promises: readonly Promised[];
}
