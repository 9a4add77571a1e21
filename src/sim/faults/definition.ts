import { UsageError } from "../assert.ts";
import {
  checkCount,
  checkDistinct,
  checkFlag,
  checkList,
  checkOneOf,
  checkProbability,
  checkRecord,
  checkText,
} from "../check.ts";
import type { NodeId } from "../env.ts";
import type { Host } from "../host/host.ts";
import { didYouMean } from "../nearest.ts";
import type { Network } from "../network/network.ts";
import type { StreamLinks } from "../network/stream-links.ts";
import type { Scheduler } from "../queue/scheduler.ts";
import { checkDistribution, type Distribution } from "../random/distribution.ts";
import type { Micros } from "../time.ts";
import type { FaultAtlas } from "./fault-atlas.ts";

/**
 * A host by its id, or hosts by a name: `everybody`, `servers`, `clients`, or one of the scenario's
 * `targets`, such as `leader`. Who that is gets decided when the fault begins, and as long as it is
 * nobody, the fault waits.
 */
export type Target = NodeId;

/** The names that the faults of a run may use. */
export interface FaultNames {
  /** Every name that a target may have, and whether it is a host's id or stands for hosts. */
  readonly targets: ReadonlyMap<Target, "host" | "name">;
  /** How the scenario's programs can behave when they are in league with the adversary. */
  readonly behaviours: readonly string[];
}

/** What the world lends to faults. */
export interface FaultWorld {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly streamLinks: StreamLinks;
  readonly hosts: readonly Host[];
  /** Which hosts have been damaged for good, and may be. */
  readonly atlas: FaultAtlas;
  /** 32 random bits for a fault's own key and a number: see Noise. */
  draw(subject: number, n: number): number;
  /** A host, by index, was told to go down, up or not. */
  onDown(host: number, kind: "crash" | "stop" | "wipe"): void;
  /** A host may boot. */
  onUp(host: number): void;
  /** A host may use less memory than before: its node is killed if it uses more. */
  onMemoryLimit(host: number): void;
}

/** The hosts, by index and none twice, that some of the fault's targets mean. */
export type Struck = (targets: readonly Target[]) => readonly number[];

/**
 * What a kind of fault is: its fields, its words, and what it does. `Mark` is what the fault
 * remembers while it lasts, as plain data, so that its end concerns what its beginning did.
 */
export interface FaultDefinition<Body, Mark = unknown> {
  /**
   * Whether it destroys durable data, for good. Then it begins only if the atlas allows all of its
   * hosts to be damaged, and is withheld otherwise: offered, and not injected.
   */
  readonly isDamaging?: boolean;
  /** Reads the fields of its own. */
  check(read: FaultReader): Omit<Body, "kind">;
  /** Every target that it names, in order of appearance. */
  targets(fault: Body): readonly Target[];
  /**
   * By host, what the fault sets, such as `memory limit of n1`, and to which value. Two faults that
   * set one thing to different values at the same time contradict each other, and are refused.
   */
  sets?(fault: Body): readonly (readonly [what: string, value: number])[];
  /** In words, without when. */
  describe(fault: Body): string;
  /** `at` is when it was planned to begin. */
  begin(fault: Body & { readonly at: Micros }, struck: Struck, world: FaultWorld): Mark;
  end(mark: Mark, world: FaultWorld): void;
  /** Whether it has made a difference so far; asked at its end, and in between. */
  isEffective(mark: Mark, world: FaultWorld): boolean;
}

/** Reads the fields of one fault; each method throws a UsageError that names the path. */
export class FaultReader {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #names: FaultNames;
  readonly #read = ["at", "lasting", "kind"];

  constructor(fields: Readonly<Record<string, unknown>>, path: string, names: FaultNames) {
    this.#fields = fields;
    this.#path = path;
    this.#names = names;
  }

  /** A list of at least one target. */
  targets(field: string): Target[] {
    return this.#checkTargets(this.#take(field), `${this.#path}.${field}`);
  }

  /** A list of lists of targets; none twice. */
  groups(field: string): Target[][] {
    const path = `${this.#path}.${field}`;
    const groups = checkList(this.#take(field), path).map((group, i) =>
      this.#checkTargets(group, `${path}[${i}]`),
    );
    checkDistinct(groups.flat(), path);
    return groups;
  }

  oneOf<Choice extends string>(field: string, choices: readonly Choice[]): Choice {
    return checkOneOf(this.#take(field), `${this.#path}.${field}`, choices);
  }

  flag(field: string): boolean {
    return checkFlag(this.#take(field), `${this.#path}.${field}`);
  }

  /** A whole number in [low, high]. */
  count(field: string, low: number, high?: number): number {
    return checkCount(this.#take(field), `${this.#path}.${field}`, low, high);
  }

  /** A text that fits, as `expectation` says. */
  text<Text extends string>(
    field: string,
    expectation: string,
    fits: (text: string) => text is Text,
  ): Text {
    const path = `${this.#path}.${field}`;
    const text = checkText(this.#take(field), path);
    if (fits(text)) return text;
    throw new UsageError(`${path}: expected ${expectation}, got "${text}"`);
  }

  probability(field: string): number {
    return checkProbability(this.#take(field), `${this.#path}.${field}`);
  }

  distribution(field: string): Distribution {
    return checkDistribution(this.#take(field), `${this.#path}.${field}`);
  }

  /** Texts that all differ, perhaps none. */
  texts(field: string): string[] {
    const path = `${this.#path}.${field}`;
    const texts = checkList(this.#take(field), path).map((text, i) =>
      checkText(text, `${path}[${i}]`),
    );
    checkDistinct(texts, path);
    return texts;
  }

  /** A behaviour that the scenario declares; without any, it has no such kind of fault. */
  behaviour(field: string): string {
    const { behaviours } = this.#names;
    const path = `${this.#path}.${field}`;
    if (behaviours.length === 0) {
      this.refuse("kind", "expected another, as the scenario declares no behaviours");
    }
    const behaviour = checkText(this.#take(field), path);
    if (behaviours.includes(behaviour)) return behaviour;
    const known = `expected one of ${behaviours.join(", ")}, got "${behaviour}"`;
    throw new UsageError(`${path}: ${known}${didYouMean(behaviour, behaviours)}`);
  }

  /** Whether a target is one host, and no name that may stand for several. */
  isHost(target: Target): boolean {
    return this.#names.targets.get(target) === "host";
  }

  /** Refuses a field whose value is well formed and makes no sense beside the others. */
  refuse(field: string, reason: string): never {
    throw new UsageError(`${this.#path}.${field}: ${reason}`);
  }

  /** Refuses fields that nothing has read. */
  close(): void {
    checkRecord(this.#fields, this.#path, this.#read);
  }

  #take(field: string): unknown {
    this.#read.push(field);
    return this.#fields[field];
  }

  #checkTargets(value: unknown, path: string): Target[] {
    const list = checkList(value, path).map((item, i) => this.#checkTarget(item, `${path}[${i}]`));
    if (list.length === 0) throw new UsageError(`${path}: expected at least one host, got none`);
    checkDistinct(list, path);
    return list;
  }

  #checkTarget(value: unknown, path: string): Target {
    const target = checkText(value, path);
    const { targets } = this.#names;
    if (targets.has(target)) return target;
    const known = [...targets.keys()].join(", ");
    throw new UsageError(`${path}: expected one of ${known}, got "${target}"`);
  }
}
