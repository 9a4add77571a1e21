// Group K, bs-lossy-sync-retry: blocks that others have, fetched from those who are slow or silent,
// and over links that lose what matters.

import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { fetching, N } from "./chain-fetching.ts";
import { lies } from "./chain-liars.ts";
import { hostNames } from "./raft-cluster.ts";

interface Lossy {
  readonly variant: string;
  readonly about: string;
  readonly peers?: readonly NodeId[];
  readonly faults: readonly Fault[];
  readonly expects: readonly string[];
  /** How much time may be lost to liars. Default: any. */
  readonly lostMax?: Micros;
  readonly bytesPerSecond?: number;
  readonly dataBytes?: number;
  /** How many blocks are asked for at once. Default: 125. */
  readonly perRequest?: number;
  readonly requestTimeout?: Micros;
  /** In how much time all is fetched. Default: 120 s. */
  readonly fetchedIn?: Micros;
}

const LOSSY_HORIZON = seconds(150);
const LOSSY_TIMEOUT = seconds(5);
const THREE = hostNames(3, "p");
const BLOCKS = 500;
/** They fill the window. */
const PER_REQUEST = 125;

function lossy({ variant, about, peers = THREE, faults, ...rest }: Lossy): Scenario {
  const { requestTimeout = LOSSY_TIMEOUT, fetchedIn = seconds(120) } = rest;
  return fetching({
    ...{ name: `bs-lossy-sync-retry${variant}`, about, blocks: BLOCKS, peers, faults },
    perRequest: PER_REQUEST,
    options: { sync: { requestTimeout } },
    ...{ horizon: LOSSY_HORIZON, within: () => fetchedIn },
    ...rest,
  });
}

/** From the beginning to the end. */
function allAlong(host: NodeId, behaviour: Parameters<typeof lies>[2]): Fault {
  return lies(0, host, behaviour, LOSSY_HORIZON);
}

/** The links between the host and others are cut from the beginning on. */
function alone(lasting: Micros): Fault {
  const groups = [[N], THREE];
  return { kind: "partition", at: 0, lasting, groups, inFlight: "lose", types: [] };
}

export const chainLossy: readonly Scenario[] = [
  lossy({
    variant: "",
    about: "Of three peers each ignores the first request for a range, and numbers seen before.",
    faults: THREE.flatMap((peer) => [
      allAlong(peer, "answers no range at the first time"),
      allAlong(peer, "answers no number twice"),
    ]),
    expects: ["batch failed", "peer fault"],
  }),
  lossy({
    variant: "/only-request",
    about: "The only request of the first second gets lost: the next one does not.",
    peers: [THREE[0]!],
    faults: [
      {
        ...{ kind: "loss", at: 0, lasting: seconds(2), from: [N], to: [THREE[0]!] },
        ...{ bothWays: false, types: ["get headers"], probability: 1 },
      },
    ],
    expects: ["headers lost"],
  }),
  lossy({
    variant: "/lost-bodies",
    about: "What the only peer answers at first gets lost: it is asked again, and soon.",
    ...{ peers: [THREE[0]!], requestTimeout: seconds(60), fetchedIn: seconds(30) },
    // Nothing is asked anew where the window has no room.
    perRequest: BLOCKS / 2,
    faults: [
      {
        ...{ kind: "loss", at: 0, lasting: seconds(3), from: [THREE[0]!], to: [N] },
        ...{ bothWays: false, types: ["bodies"], probability: 1 },
      },
    ],
    expects: ["batch lost"],
  }),
  lossy({
    variant: "/false-height",
    about: "A peer claims 10^9 blocks, and does not answer: that costs a timeout, and its score.",
    faults: [
      allAlong(THREE[0]!, "claims a height of 10^9"),
      allAlong(THREE[0]!, "answers nothing"),
    ],
    expects: ["peer fault", "lie"],
    // One timeout of a session that it leads.
    lostMax: LOSSY_TIMEOUT + ms(100),
  }),
  lossy({
    variant: "/no-peers",
    about: "Nobody can be reached at first.",
    faults: [alone(seconds(20))],
    expects: ["peer found"],
  }),
  lossy({
    variant: "/silent",
    about: "Two of three peers answer no request, though they can be heard.",
    faults: [allAlong(THREE[0]!, "answers nothing"), allAlong(THREE[1]!, "answers nothing")],
    expects: ["peer fault", "lie"],
  }),
  lossy({
    variant: "/slow-peers",
    about:
      "For 40 s the only peer answers too late: it is not banned for that, and gives all then.",
    peers: [THREE[0]!],
    faults: [
      {
        ...{ kind: "latency", at: 0, lasting: seconds(40), from: [THREE[0]!], to: [N] },
        ...{ bothWays: false, types: ["bodies"], added: constant(seconds(6)) },
      },
    ],
    expects: ["peer fault"],
  }),
  lossy({
    variant: "/slow-line",
    about: "All that the only peer says waits behind its answers for longer than a silence may be.",
    ...{ peers: [THREE[0]!], dataBytes: 100 },
    ...{ bytesPerSecond: 5_400, requestTimeout: seconds(60) },
    faults: [],
    expects: ["batch arrived"],
  }),
  lossy({
    variant: "/false-peers",
    about: "A peer names a host that there is not.",
    faults: [allAlong(THREE[0]!, "names a host that there is not")],
    expects: ["lie"],
  }),
  lossy({
    variant: "/loss",
    about: "One message of five gets lost, whatever it is.",
    faults: [
      {
        ...{ kind: "loss", at: 0, lasting: LOSSY_HORIZON, from: [N], to: THREE },
        ...{ bothWays: true, types: [], probability: 0.2 },
      },
    ],
    expects: ["batch failed"],
  }),
];
