// Cuts as a person writes them into a plan: what is left out is the default.

import type { InFlight } from "../network/cut.ts";
import type { Micros } from "../time.ts";
import type { CutFault } from "./cuts.ts";
import type { Target } from "./definition.ts";

type Kind<Name extends CutFault["kind"]> = Extract<CutFault, { kind: Name }>;
type Targets = readonly Target[];

/** What the rules of a cut may say. */
export interface GivenRules {
  /** What becomes of messages that are under way when it begins. Default: they are lost. */
  readonly inFlight?: InFlight;
  /** Only messages whose `type` is one of these are cut. Default: all. */
  readonly types?: readonly string[];
}

/** Where a cut between two lists of hosts is. */
export interface GivenWay {
  readonly from: Targets;
  readonly to: Targets;
  /** Whether the way back is concerned as well. Default: it is not. */
  readonly bothWays?: boolean;
}

const lose = { inFlight: "lose", types: [] } as const;

/** No message passes between the groups. */
export function partition(groups: readonly Targets[], rules: GivenRules = {}): Kind<"partition"> {
  return { kind: "partition", groups, ...lose, ...rules };
}

/** Each of the hosts is cut off from everybody. */
export function isolate(hosts: Targets, rules: GivenRules = {}): Kind<"isolate"> {
  return { kind: "isolate", hosts, ...lose, ...rules };
}

/** No message passes from one of `from` to one of `to`. */
export function oneWay(from: Targets, to: Targets, rules: GivenRules = {}): Kind<"oneWay"> {
  return { kind: "oneWay", from, to, ...lose, ...rules };
}

/** Two halves reach each other only through the bridge. */
export function bridge(
  bridge: Targets,
  halves: readonly [Targets, Targets],
  rules: GivenRules = {},
): Kind<"bridge"> {
  return { kind: "bridge", bridge, halves, ...lose, ...rules };
}

/** Each host sees a majority on a ring, and no two the same. */
export function ring(hosts: Targets, rules: GivenRules = {}): Kind<"ring"> {
  return { kind: "ring", hosts, ...lose, ...rules };
}

/** Links go down for `down` and come up for `up`, in turns. */
export function flapping(
  way: GivenWay,
  turns: { readonly down: Micros; readonly up: Micros },
  rules: GivenRules = {},
): Kind<"flapping"> {
  return { kind: "flapping", bothWays: false, ...way, ...turns, ...lose, ...rules };
}

/** Everything waits on its way. */
export function clog(way: GivenWay, { types = [] }: Pick<GivenRules, "types"> = {}): Kind<"clog"> {
  return { kind: "clog", bothWays: false, ...way, types };
}
