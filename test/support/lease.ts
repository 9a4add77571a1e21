// A lease that is safe as long as clocks run at about the same rate: the granter counts the whole
// term by its own clock, and the holder gives up a margin earlier by its own.

import type { Env, Node } from "../../src/sim/env.ts";
import type { Fault } from "../../src/sim/fault.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import { ms } from "../../src/sim/time.ts";

const TERM = ms(1_000);
/** A tenth: holder and granter may differ in rate by as much. */
const MARGIN = ms(100);
const ASK_EVERY = ms(5);

/** An ask or a grant; both carry when it was asked for, by the asker's clock. */
interface LeaseMessage {
  readonly askedAt: number;
}

interface Member extends Node<LeaseMessage, { isHolder: boolean; lentTo: string | undefined }> {}

/** `granter` lends, the others ask again and again. */
function member(env: Env<LeaseMessage>): Member {
  const ask = (): void => {
    env.send("granter", { askedAt: env.now() });
    env.setTimer("ask", ASK_EVERY);
  };
  return {
    state: { isHolder: false, lentTo: undefined },
    onStart() {
      if (env.id !== "granter") ask();
    },
    onMessage(from, { askedAt }) {
      const { state } = this;
      if (env.id === "granter") {
        if (state.lentTo !== undefined) return;
        state.lentTo = from;
        env.setTimer("lent", TERM);
        env.send(from, { askedAt });
        return;
      }
      const left = askedAt + TERM - MARGIN - env.now();
      if (left <= 0) return;
      state.isHolder = true;
      env.cancelTimer("ask");
      env.setTimer("expire", left);
    },
    onTimer(name) {
      if (name === "lent") this.state.lentTo = undefined;
      if (name === "expire") this.state.isHolder = false;
      if (name !== "lent") ask();
    },
  };
}

const oneHolder: Invariant<Member> = {
  name: "ONE-HOLDER",
  onStep: ({ servers }) => {
    const holders = servers.filter(({ node }) => node?.state.isHolder);
    return holders.length <= 1 ? undefined : `${holders.map(({ id }) => id).join(" and ")} hold it`;
  },
};

/** A granter and two who want the lease, `n1` and `n2`. */
export function leases(faults: readonly Fault[]): Simulation<LeaseMessage, Member> {
  return new Simulation({
    seed: "1",
    servers: { granter: member, n1: member, n2: member },
    network: { latency: constant(ms(1)) },
    faults,
    invariants: [oneHolder],
  });
}
