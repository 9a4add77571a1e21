// Cuts: links on which no message passes. How several of them add up is said in cut-table.ts.

import type { Cut, InFlight, Link } from "../network/cut.ts";
import { formatTime, type Micros } from "../time.ts";
import type { FaultDefinition, FaultReader, FaultWorld, Target } from "./definition.ts";
import { acrossRing, around, between, pairs } from "./links.ts";

export type CutFault =
  | PartitionFault
  | IsolateFault
  | OneWayFault
  | BridgeFault
  | RingFault
  | FlappingFault
  | ClogFault;

/** What all cuts have in common: what is sent while they last is lost without a sound. */
interface CutRules {
  /** What becomes of messages that are under way when the cut begins. */
  readonly inFlight: InFlight;
  /** Only messages whose `type` is one of these are cut; none given: all. */
  readonly types: readonly string[];
}

/** No message passes between the groups, two or more; hosts in no group reach everybody. */
interface PartitionFault extends CutRules {
  readonly kind: "partition";
  readonly groups: readonly (readonly Target[])[];
}

/** Each of the hosts is cut off from everybody, the others on the list included. */
interface IsolateFault extends CutRules {
  readonly kind: "isolate";
  readonly hosts: readonly Target[];
}

/** No message passes from one of `from` to one of `to`; the way back stays open. */
interface OneWayFault extends CutRules {
  readonly kind: "oneWay";
  readonly from: readonly Target[];
  readonly to: readonly Target[];
}

/**
 * No message passes between the two halves, but the bridge reaches both; so does who is in neither.
 * A host that is meant by both the bridge and a half is of the bridge. Source: Jepsen, `bridge`.
 */
interface BridgeFault extends CutRules {
  readonly kind: "bridge";
  readonly bridge: readonly Target[];
  readonly halves: readonly (readonly Target[])[];
}

/**
 * Of n hosts on a ring, in the order of the list, each exchanges messages with itself and its
 * floor((n + 2) / 4) nearest neighbours on either side only. So each sees a majority, and no two
 * see the same one. They see floor(n / 2) + 1 hosts, no more than a majority, if n mod 4 is 0 or 1;
 * one more if it is 2 or 3, as a host sees as many on its left as on its right: 3 of 4 and 5, 5 of
 * 6 to 9, 7 of 10 to 13. Fewer than 4 hosts all see each other: nothing is cut. Hosts that are not
 * on the ring reach everybody. Source: Jepsen, `majorities-ring`.
 */
interface RingFault extends CutRules {
  readonly kind: "ring";
  readonly hosts: readonly Target[];
}

/** What concerns links from each of `from` to each of `to`. */
interface Between {
  readonly from: readonly Target[];
  readonly to: readonly Target[];
  /** Whether the way back is concerned as well. */
  readonly bothWays: boolean;
}

/**
 * Links that are cut and whole again in turns, beginning with a cut; each time that they go down
 * is a cut of its own for what is under way then.
 */
interface FlappingFault extends Between, CutRules {
  readonly kind: "flapping";
  /** How long the links are whole each time; at least 1. */
  readonly up: Micros;
  /** How long they are cut each time; at least 1. */
  readonly down: Micros;
}

/**
 * Nothing is lost: what is under way or sent while it lasts waits until it ends, then goes the rest
 * of its way, on each link in the order of sending. Source: FoundationDB, clogging.
 */
interface ClogFault extends Between, Pick<CutRules, "types"> {
  readonly kind: "clog";
}

/** The number of the cut in the table of cuts. */
interface CutMark {
  readonly cut: number;
}

type CutDefinition<Kind extends CutFault["kind"]> = FaultDefinition<
  Extract<CutFault, { kind: Kind }>,
  CutMark
>;

/** Whether the cut has stopped or held a message. */
const isEffective = ({ cut }: CutMark, { network }: FaultWorld): boolean =>
  network.cuts.bitesOf(cut) > 0;

const end = ({ cut }: CutMark, { network }: FaultWorld): void => network.cuts.end(cut);

const partition: CutDefinition<"partition"> = {
  check: (read) => {
    const groups = read.groups("groups");
    if (groups.length < 2) {
      read.refuse("groups", `expected at least two groups, got ${groups.length}`);
    }
    return { groups, ...readRules(read) };
  },
  targets: ({ groups }) => groups.flat(),
  describe: (fault) => `partition ${inGroups(fault.groups)}${rulesOf(fault)}`,
  begin: (fault, struck, world) => begin(between(fault.groups.map(struck)), fault, world),
  end,
  isEffective,
};

const isolate: CutDefinition<"isolate"> = {
  check: (read) => ({ hosts: read.targets("hosts"), ...readRules(read) }),
  targets: ({ hosts }) => hosts,
  describe: (fault) => `isolate ${fault.hosts.join(" ")}${rulesOf(fault)}`,
  begin: (fault, struck, world) =>
    begin(around(struck(fault.hosts), world.hosts.length), fault, world),
  end,
  isEffective,
};

const oneWay: CutDefinition<"oneWay"> = {
  check: (read) => ({ ...readEnds(read), ...readRules(read) }),
  targets: ({ from, to }) => [...from, ...to],
  describe: (fault) => `cut ${fault.from.join(" ")} -> ${fault.to.join(" ")}${rulesOf(fault)}`,
  begin: (fault, struck, world) => begin(pairs(struck(fault.from), struck(fault.to)), fault, world),
  end,
  isEffective,
};

const bridge: CutDefinition<"bridge"> = {
  check: (read) => {
    const [bridge, halves] = [read.targets("bridge"), read.groups("halves")];
    if (halves.length !== 2) read.refuse("halves", `expected two halves, got ${halves.length}`);
    const both = halves.flat().find((target) => bridge.includes(target));
    if (both !== undefined) {
      read.refuse("halves", `expected hosts that are not the bridge, got "${both}"`);
    }
    return { bridge, halves, ...readRules(read) };
  },
  targets: ({ bridge, halves }) => [...bridge, ...halves.flat()],
  describe: (fault) =>
    `bridge ${fault.bridge.join(" ")} between ${inGroups(fault.halves)}${rulesOf(fault)}`,
  begin: (fault, struck, world) => {
    const bridge = new Set(struck(fault.bridge));
    const halves = fault.halves.map((half) => struck(half).filter((host) => !bridge.has(host)));
    return begin(between(halves), fault, world);
  },
  end,
  isEffective,
};

const ring: CutDefinition<"ring"> = {
  check: (read) => {
    const hosts = read.targets("hosts");
    if (hosts.length < RING_MIN && hosts.every((target) => read.isHost(target))) {
      read.refuse("hosts", `expected at least ${RING_MIN} hosts, got ${hosts.length}`);
    }
    return { hosts, ...readRules(read) };
  },
  targets: ({ hosts }) => hosts,
  describe: (fault) => `ring ${fault.hosts.join(" ")}${rulesOf(fault)}`,
  begin: (fault, struck, world) => begin(acrossRing(struck(fault.hosts)), fault, world),
  end,
  isEffective,
};

/** A ring of fewer hosts cuts nothing. */
export const RING_MIN = 4;

const flapping: CutDefinition<"flapping"> = {
  check: (read) => ({
    ...readEnds(read),
    bothWays: read.flag("bothWays"),
    up: read.count("up", 1),
    down: read.count("down", 1),
    ...readRules(read),
  }),
  targets: ({ from, to }) => [...from, ...to],
  describe: (fault) => {
    const turns = `${formatTime(fault.down)} down, ${formatTime(fault.up)} up`;
    return `flap ${ways(fault)}, ${turns}${rulesOf(fault)}`;
  },
  begin: (fault, struck, world) => {
    const { up, down } = fault;
    const links = pairs(struck(fault.from), struck(fault.to), fault.bothWays);
    return begin(links, fault, world, { turns: { up, down } });
  },
  end,
  isEffective,
};

const clog: CutDefinition<"clog"> = {
  check: (read) => ({
    ...readEnds(read),
    bothWays: read.flag("bothWays"),
    types: read.texts("types"),
  }),
  targets: ({ from, to }) => [...from, ...to],
  describe: (fault) => `clog ${ways(fault)}${ofTypes(fault)}`,
  begin: ({ from, to, bothWays, types }, struck, world) => {
    const links = pairs(struck(from), struck(to), bothWays);
    return begin(links, { inFlight: "hold", types }, world, { isClog: true });
  },
  end,
  isEffective,
};

export const cuts: { readonly [Kind in CutFault["kind"]]: CutDefinition<Kind> } = {
  partition,
  isolate,
  oneWay,
  bridge,
  ring,
  flapping,
  clog,
};

function readRules(read: FaultReader): CutRules {
  return {
    inFlight: read.oneOf("inFlight", ["lose", "hold", "deliver"]),
    types: read.texts("types"),
  };
}

/** Refuses one host alone at both ends: nothing cuts a host off from itself. */
function readEnds(read: FaultReader): Pick<Between, "from" | "to"> {
  const [from, to] = [read.targets("from"), read.targets("to")];
  if (from.length === 1 && to.length === 1 && from[0] === to[0] && read.isHost(to[0]!)) {
    read.refuse("to", `expected a host other than ${from[0]}, got "${to[0]}"`);
  }
  return { from, to };
}

function begin(
  links: readonly Link[],
  { inFlight, types }: CutRules,
  { network }: FaultWorld,
  kind: Partial<Pick<Cut, "isClog" | "turns">> = {},
): CutMark {
  const cut = { links, inFlight, types, isClog: false, turns: undefined, ...kind };
  return { cut: network.cuts.begin(cut) };
}

function inGroups(groups: readonly (readonly Target[])[]): string {
  return groups.map((group) => group.join(" ")).join(" | ");
}

function ways({ from, to, bothWays }: Between): string {
  return `${from.join(" ")} ${bothWays ? "<->" : "->"} ${to.join(" ")}`;
}

function rulesOf(rules: CutRules): string {
  return `${ofTypes(rules)}${FATES[rules.inFlight]}`;
}

const FATES: Readonly<Record<InFlight, string>> = {
  lose: ", messages in flight are lost",
  hold: ", messages in flight are held",
  deliver: "",
};

function ofTypes({ types }: Pick<CutRules, "types">): string {
  return types.length === 0 ? "" : `, only ${types.join(" ")}`;
}
