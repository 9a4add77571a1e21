import type { HostView, World } from "../sim/invariant.ts";
import type { RaftFacts, RaftView, ServerFacts } from "./raft-facts.ts";
import type { Promised } from "./raft-promises.ts";

/** A server's step, as each check gets it. */
export interface Step {
  readonly facts: RaftFacts;
  readonly world: World<RaftView>;
  readonly host: HostView<RaftView>;
  readonly node: RaftView;
  readonly server: ServerFacts;
  readonly promises: readonly Promised[];
}
