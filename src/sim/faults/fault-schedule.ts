import type { NodeId } from "../env.ts";
import { definitionOf, type Fault, type Target, targetsOf } from "../fault.ts";
import type { Micros } from "../time.ts";
import type { FaultWorld } from "./definition.ts";
import type { FaultCount } from "./fault-count.ts";

export type { FaultCount } from "./fault-count.ts";

/** Where a fault stands. It is `waiting` while its time has come and its target is nobody. */
type Progress =
  | { readonly phase: "planned" | "waiting" | "over" }
  /** `mark` is what the fault's kind remembers, as plain data. */
  | { readonly phase: "active"; readonly mark: unknown };

/** The schedule as plain data. */
export interface FaultScheduleState {
  /** Faults that came on top of the plan's while the run went on. */
  readonly added: Fault[];
  readonly progress: Progress[];
  waiting: number;
  /** By kind. */
  readonly counts: Map<Fault["kind"], FaultCount>;
}

/** What the schedule needs of the simulation around it. */
export interface FaultScheduleSurroundings extends FaultWorld {
  /** Faults that had to wait have ended by then. */
  readonly calm: Micros;
  readonly beginKind: number;
  readonly endKind: number;
  /** The hosts that a target stands for now; none: wait. */
  resolve(target: Target): readonly NodeId[];
}

/** Begins and ends faults. Its events carry the fault's number in the schedule as payload. */
export class FaultSchedule {
  state: FaultScheduleState;
  readonly #planned: readonly Fault[];
  readonly #world: FaultScheduleSurroundings;

  constructor(planned: readonly Fault[], world: FaultScheduleSurroundings) {
    this.#planned = planned;
    this.#world = world;
    this.state = {
      added: [],
      progress: planned.map(() => ({ phase: "planned" })),
      waiting: 0,
      counts: new Map(),
    };
    for (const { kind } of planned) this.#count(kind).offered++;
  }

  /** The plan's faults come first, in its order, then those that were added. */
  fault(number: number): Fault {
    return this.#planned[number] ?? this.state.added[number - this.#planned.length]!;
  }

  /** Puts the beginning of every fault into the queue. */
  schedule(): void {
    this.#planned.forEach((fault, i) => {
      this.#scheduleBegin(fault, i);
    });
  }

  /** One more fault; its beginning is not past. */
  add(fault: Fault): void {
    const { added, progress } = this.state;
    this.#count(fault.kind).offered++;
    this.#scheduleBegin(fault, progress.length);
    progress.push({ phase: "planned" });
    added.push(fault);
  }

  /** The fault's time has come; returns a word for it when it does not strike. */
  begin(number: number): "waits" | "is withheld" | undefined {
    const fault = this.fault(number);
    const hosts = this.#resolve(fault);
    if (hosts === undefined) {
      this.state.waiting++;
      this.state.progress[number] = { phase: "waiting" };
      return "waits";
    }
    const definition = definitionOf(fault);
    if (definition.isDamaging === true && !this.#damage([...hosts.values()].flat())) {
      this.state.progress[number] = { phase: "over" };
      return "is withheld";
    }
    this.#count(fault.kind).injected++;
    const mark = definition.begin(
      fault,
      (targets) => [...new Set(targets.flatMap((target) => hosts.get(target)!))],
      this.#world,
    );
    this.state.progress[number] = { phase: "active", mark };
    const { scheduler, endKind } = this.#world;
    const end = Math.min(scheduler.now + fault.lasting, this.#latestEnd(fault));
    scheduler.schedule(end, endKind, 0, 0, number);
    return undefined;
  }

  /** The fault is over: what it struck is released. */
  end(number: number): void {
    const progress = this.state.progress[number]!;
    if (progress.phase !== "active") return;
    const fault = this.fault(number);
    const definition = definitionOf(fault);
    if (definition.isEffective(progress.mark, this.#world)) this.#count(fault.kind).effective++;
    this.state.progress[number] = { phase: "over" };
    definition.end(progress.mark, this.#world);
  }

  /** Whether some fault's time has come and its target is nobody yet. */
  get isWaiting(): boolean {
    return this.state.waiting > 0;
  }

  /** After an event: faults that wait and whose targets exist now begin at this very instant. */
  wake(): void {
    const { scheduler, beginKind } = this.#world;
    this.state.progress.forEach(({ phase }, i) => {
      if (phase !== "waiting") return;
      const fault = this.fault(i);
      const isLate = scheduler.now >= this.#latestEnd(fault);
      if (!isLate && this.#resolve(fault) === undefined) return;
      this.state.waiting--;
      this.state.progress[i] = { phase: isLate ? "over" : "planned" };
      if (isLate) return;
      scheduler.schedule(scheduler.now, beginKind, 0, 0, i);
    });
  }

  /** By kind, with faults that are still active judged by what they did so far. */
  account(): ReadonlyMap<Fault["kind"], FaultCount> {
    const counts = new Map([...this.state.counts].map(([kind, count]) => [kind, { ...count }]));
    this.state.progress.forEach((progress, i) => {
      if (progress.phase !== "active") return;
      const fault = this.fault(i);
      const isEffective = definitionOf(fault).isEffective(progress.mark, this.#world);
      if (isEffective) counts.get(fault.kind)!.effective++;
    });
    return counts;
  }

  #scheduleBegin({ at }: Fault, number: number): void {
    this.#world.scheduler.schedule(at, this.#world.beginKind, 0, 0, number);
  }

  /** Where a fault ends at the latest, however long it has waited. */
  #latestEnd({ at, lasting }: Fault): Micros {
    return Math.max(at + lasting, this.#world.calm);
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

  /** Takes down that the hosts are damaged, if they may be. */
  #damage(hosts: readonly number[]): boolean {
    const { atlas } = this.#world;
    if (!atlas.allows(...hosts)) return false;
    for (const host of hosts) atlas.damage(host);
    return true;
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
