import { unreachable } from "./assert.ts";
import type { NodeId } from "./env.ts";
import { type Fault, type InFlight, type Target, targetsOf } from "./fault.ts";
import type { Network } from "./network.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Micros } from "./time.ts";

/** How often a kind of fault was planned, began, and made a difference. */
export interface FaultCount {
  offered: number;
  injected: number;
  /** Killed a running node, or stopped a message. */
  effective: number;
}

/** Where a fault stands. It is `waiting` while its time has come and its target is nobody. */
type Progress =
  | { readonly phase: "planned" | "waiting" | "over" }
  | { readonly phase: "active"; readonly struck: Struck };

/** Whom a fault struck, by host index, so that its end concerns the same. */
type Struck =
  | { readonly kind: "down"; readonly hosts: readonly number[] }
  | { readonly kind: "cut"; readonly links: readonly Link[]; readonly stoppedBefore: number };

type Link = readonly [from: number, to: number];

/** The schedule as plain data. */
export interface FaultScheduleState {
  readonly progress: Progress[];
  waiting: number;
  /** By kind. */
  readonly counts: Map<Fault["kind"], FaultCount>;
}

/** What the schedule needs of a host. */
interface FaultyHost {
  readonly id: NodeId;
  hold(): boolean;
  release(): boolean;
}

/** What the schedule needs of the simulation around it. */
export interface FaultScheduleSurroundings {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly hosts: readonly FaultyHost[];
  /** Faults that had to wait have ended by then. */
  readonly calm: Micros;
  readonly beginKind: number;
  readonly endKind: number;
  /** The hosts that a target stands for now; none: wait. */
  resolve(target: Target): readonly NodeId[];
  /** A host, by index, was told to go down, up or not. */
  onDown(host: number, kind: "crash" | "stop"): void;
  /** A host may boot. */
  onUp(host: number): void;
}

/** Begins and ends faults. Its events carry the fault's number in the schedule as payload. */
export class FaultSchedule {
  state: FaultScheduleState;
  readonly #faults: readonly Fault[];
  readonly #world: FaultScheduleSurroundings;

  constructor(faults: readonly Fault[], world: FaultScheduleSurroundings) {
    this.#faults = faults;
    this.#world = world;
    this.state = {
      progress: faults.map(() => ({ phase: "planned" })),
      waiting: 0,
      counts: new Map(),
    };
    for (const { kind } of faults) this.#count(kind).offered++;
  }

  fault(number: number): Fault {
    return this.#faults[number]!;
  }

  /** Puts the beginning of every fault into the queue. */
  schedule(): void {
    const { scheduler, beginKind } = this.#world;
    this.#faults.forEach((fault, i) => {
      scheduler.schedule(fault.at, beginKind, 0, 0, i);
    });
  }

  /** The fault's time has come; it strikes, or waits for its targets. Returns whether it struck. */
  begin(number: number): boolean {
    const fault = this.fault(number);
    const hosts = this.#resolve(fault);
    if (hosts === undefined) {
      this.state.waiting++;
      this.state.progress[number] = { phase: "waiting" };
      return false;
    }
    this.#count(fault.kind).injected++;
    this.state.progress[number] = { phase: "active", struck: this.#strike(fault, hosts) };
    const { scheduler, endKind } = this.#world;
    const end = Math.min(scheduler.now + fault.lasting, this.#latestEnd(fault));
    scheduler.schedule(end, endKind, 0, 0, number);
    return true;
  }

  /** The fault is over: what it struck is released. */
  end(number: number): void {
    const progress = this.state.progress[number]!;
    if (progress.phase !== "active") return;
    this.#settle(number, progress.struck);
    this.state.progress[number] = { phase: "over" };
    const { struck } = progress;
    if (struck.kind === "cut") {
      for (const [from, to] of struck.links) this.#world.network.heal(from, to);
    } else {
      for (const index of struck.hosts) {
        if (this.#world.hosts[index]!.release()) this.#world.onUp(index);
      }
    }
  }

  /** Whether some fault's time has come and its target is nobody yet. */
  get isWaiting(): boolean {
    return this.state.waiting > 0;
  }

  /** After an event: faults that wait and whose targets exist now begin at this very instant. */
  wake(): void {
    const { scheduler, beginKind } = this.#world;
    this.#faults.forEach((fault, i) => {
      if (this.state.progress[i]!.phase !== "waiting") return;
      const isLate = scheduler.now >= this.#latestEnd(fault);
      if (!isLate && this.#resolve(fault) === undefined) return;
      this.state.waiting--;
      this.state.progress[i] = { phase: isLate ? "over" : "planned" };
      if (isLate) return;
      scheduler.schedule(scheduler.now, beginKind, 0, 0, i);
    });
  }

  /** Where a fault ends at the latest, however long it has waited. */
  #latestEnd({ at, lasting }: Fault): Micros {
    return Math.max(at + lasting, this.#world.calm);
  }

  /** By kind, with faults that are still active judged by what they did so far. */
  account(): ReadonlyMap<Fault["kind"], FaultCount> {
    const counts = new Map([...this.state.counts].map(([kind, count]) => [kind, { ...count }]));
    this.state.progress.forEach((progress, i) => {
      if (progress.phase === "active" && this.#isEffective(progress.struck)) {
        counts.get(this.fault(i).kind)!.effective++;
      }
    });
    return counts;
  }

  /** By target, the hosts; undefined when one of the targets is nobody. */
  #resolve(fault: Fault): ReadonlyMap<Target, readonly number[]> | undefined {
    const found = new Map<Target, readonly number[]>();
    for (const target of targetsOf(fault)) {
      const hosts = this.#world.resolve(target);
      if (hosts.length === 0) return undefined;
      found.set(
        target,
        hosts.map((id) => this.#world.hosts.findIndex((host) => host.id === id)),
      );
    }
    return found;
  }

  #strike(fault: Fault, found: ReadonlyMap<Target, readonly number[]>): Struck {
    const hostsOf = (targets: readonly Target[]): number[] => [
      ...new Set(targets.flatMap((target) => found.get(target)!)),
    ];
    switch (fault.kind) {
      case "crash":
      case "stop":
        return this.#takeDown(fault.kind, hostsOf(fault.hosts));
      case "partition":
        return this.#cut(between(fault.groups.map(hostsOf)), fault.inFlight);
      case "isolate":
        return this.#cut(around(hostsOf(fault.hosts), this.#world.hosts.length), fault.inFlight);
      case "oneWay":
        return this.#cut(pairs(hostsOf(fault.from), hostsOf(fault.to)), fault.inFlight);
      default:
        return unreachable(fault);
    }
  }

  #takeDown(kind: "crash" | "stop", hosts: readonly number[]): Struck {
    let killed = 0;
    for (const index of hosts) {
      if (this.#world.hosts[index]!.hold()) killed++;
      this.#world.onDown(index, kind);
    }
    if (killed > 0) this.#count(kind).effective++;
    return { kind: "down", hosts };
  }

  #cut(links: readonly Link[], inFlight: InFlight): Struck {
    const { network } = this.#world;
    const stoppedBefore = this.#stopped(links);
    for (const [from, to] of links) network.cut(from, to, inFlight === "lose");
    return { kind: "cut", links, stoppedBefore };
  }

  #settle(number: number, struck: Struck): void {
    if (this.#isEffective(struck)) this.#count(this.fault(number).kind).effective++;
  }

  /** Of a cut, whether it has stopped a message; going down was counted when it happened. */
  #isEffective(struck: Struck): boolean {
    return struck.kind === "cut" && this.#stopped(struck.links) > struck.stoppedBefore;
  }

  #stopped(links: readonly Link[]): number {
    return links.reduce((sum, [from, to]) => sum + this.#world.network.stoppedOn(from, to), 0);
  }

  #count(kind: Fault["kind"]): FaultCount {
    let count = this.state.counts.get(kind);
    if (count === undefined) {
      count = { offered: 0, injected: 0, effective: 0 };
      this.state.counts.set(kind, count);
    }
    return count;
  }
}

/** Links between hosts of different groups; a host in two groups belongs to the first. */
function between(groups: readonly (readonly number[])[]): Link[] {
  const groupOf = new Map<number, number>();
  groups.forEach((group, i) => {
    for (const host of group) if (!groupOf.has(host)) groupOf.set(host, i);
  });
  const hosts = [...groupOf.keys()];
  return pairs(hosts, hosts).filter(([from, to]) => groupOf.get(from) !== groupOf.get(to));
}

/** Links from and to each of the hosts. */
function around(hosts: readonly number[], hostCount: number): Link[] {
  const everybody = Array.from({ length: hostCount }, (_, i) => i);
  const cut = new Set(hosts);
  return pairs(everybody, everybody).filter(([from, to]) => cut.has(from) || cut.has(to));
}

/** Links from each of `from` to each of `to`, but for those of a host to itself. */
function pairs(from: readonly number[], to: readonly number[]): Link[] {
  return from.flatMap((a) => to.filter((b) => b !== a).map((b): Link => [a, b]));
}
