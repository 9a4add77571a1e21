// A protocol, an invariant and a scenario of one's own, and the bug that a campaign finds in it.
//
// Three servers pass a token around. Who holds it may work; who waits too long takes it for lost
// and makes a new one. That is a guess about time, and some weather proves it wrong.

import {
  defineScenario,
  type Env,
  formatTrace,
  type Invariant,
  ms,
  type Node,
  type NodeId,
  partitions,
  plan,
  run,
  seconds,
} from "../src/index.ts";

type Message = { readonly type: "token" };

class RingMember implements Node<Message, { holdsToken: boolean }> {
  state = { holdsToken: false };
  readonly #env: Env<Message>;
  readonly #next: NodeId;

  constructor(env: Env<Message>, ring: readonly NodeId[]) {
    this.#env = env;
    this.#next = ring[(ring.indexOf(env.id) + 1) % ring.length]!;
  }

  onStart(): void {
    this.#env.setTimer("token lost", ms(this.#env.random.int(100, 300)));
  }

  onMessage(): void {
    this.#take();
  }

  onTimer(name: string): void {
    if (name === "token lost") {
      this.#env.emit("new token");
      this.#take();
    } else {
      this.state.holdsToken = false;
      this.#env.send(this.#next, { type: "token" });
      this.#env.setTimer("token lost", ms(this.#env.random.int(200, 300)));
    }
  }

  /** Works for a while, then passes the token on. */
  #take(): void {
    this.state.holdsToken = true;
    this.#env.cancelTimer("token lost");
    this.#env.setTimer("pass on", ms(10));
  }
}

/** At most one server holds the token. */
function oneToken(): Invariant<RingMember> {
  return {
    name: "ONE-TOKEN",
    onStep: ({ servers }) => {
      const holders = servers.filter(({ node }) => node?.state.holdsToken).map(({ id }) => id);
      return holders.length <= 1 ? undefined : `${holders.join(" and ")} hold the token`;
    },
  };
}

const ring = defineScenario<Message, RingMember>({
  name: "token-ring",
  about: "Three servers pass a token around; sometimes a link is cut.",
  plan: (streams) => {
    const servers = ["n1", "n2", "n3"];
    const rhythm = {
      every: { min: ms(200), max: seconds(1) },
      lasting: { min: ms(5), max: ms(50) },
    };
    const faults = partitions(rhythm)(streams, { servers, from: seconds(1), until: seconds(4) });
    return { servers, faults, horizon: seconds(5) };
  },
  server: (env, { servers }) => new RingMember(env, servers),
  invariants: () => [oneToken()],
});

for (let seed = 1; seed <= 100; seed++) {
  const planned = plan(ring, String(seed));
  const { violation } = run(ring, planned);
  if (violation === undefined) continue;
  console.log(`seed ${seed} broke ${violation.invariant}: ${violation.message}`);
  const { trace } = run(ring, planned, { trace: true });
  console.log(formatTrace(trace.slice(-12)));
  break;
}
