import { UsageError } from "./assert.ts";
import { FAULT_KINDS, type Fault, type FaultKind, type InFlight, type Target } from "./fault.ts";
import { formatTime, type Micros } from "./time.ts";

/**
 * Weather as a person writes it: `weather.at(ms(500)).isolate("n1").for(seconds(2))`. What is
 * written becomes a list of faults, fit for a plan.
 */
export class Weather {
  /** All that was written, in order. */
  readonly faults: Fault[] = [];
  /** What was begun and has no end yet. */
  readonly #open = new Set<{ readonly name: string }>();
  readonly #onFault: (fault: Fault) => void;

  /** Each fault is handed on as soon as it is complete. */
  constructor(onFault: (fault: Fault) => void = () => {}) {
    this.#onFault = onFault;
  }

  /** What begins at a time. */
  at(at: Micros): Moment {
    return moment((kind) => {
      const spell = new Spell(
        `weather at ${formatTime(at)}: ${kind.kind}`,
        kind,
        (given, lasting) => {
          this.#open.delete(spell);
          const fault: Fault = { at, lasting, ...given };
          this.faults.push(fault);
          this.#onFault(fault);
        },
      );
      this.#open.add(spell);
      return spell;
    });
  }

  /** Throws a UsageError when something was begun and nobody has said for how long. */
  close(): void {
    for (const { name } of this.#open) {
      throw new UsageError(`${name}: expected for(…), how long it lasts`);
    }
  }
}

/** Something that has begun: what of it is not as usual, and how long it lasts. */
export class Spell<Kind extends FaultKind = FaultKind> {
  readonly name: string;
  readonly #kind: Kind;
  readonly #end: (kind: Kind, lasting: Micros) => void;
  #fields: Partial<Kind> = {};

  constructor(name: string, kind: Kind, end: (kind: Kind, lasting: Micros) => void) {
    this.name = name;
    this.#kind = kind;
    this.#end = end;
  }

  /** Gives other values to fields of the fault: `with({ inFlight: "hold" })`. */
  with(fields: Partial<Omit<Kind, "kind">>): this {
    this.#fields = { ...this.#fields, ...fields };
    return this;
  }

  /** Says how long it lasts; with that it is part of the weather. */
  for(lasting: Micros): void {
    this.#end({ ...this.#kind, ...this.#fields }, lasting);
  }
}

type Name = FaultKind["kind"];
type OfKind<Kind extends Name> = Extract<FaultKind, { readonly kind: Kind }>;

/** What has a usual value, and may be left out. */
interface Usual {
  /** Default: everybody. */
  readonly from: readonly Target[];
  readonly to: readonly Target[];
  /** Default: no. */
  readonly bothWays: boolean;
  /** Types of messages that are concerned. Default: all. */
  readonly types: readonly string[];
  /** What becomes of messages under way. Default: they are lost. */
  readonly inFlight: InFlight;
}

/** The fields of a kind of fault as a person writes them. */
export type GivenFault<Kind extends Name> = Omit<OfKind<Kind>, "kind" | keyof Usual> &
  Partial<Pick<OfKind<Kind>, keyof OfKind<Kind> & keyof Usual>>;

/** A time at which something begins: a method for each kind of fault. */
export type Moment = Omit<
  { readonly [Kind in Name]: (given: GivenFault<Kind>) => Spell<OfKind<Kind>> },
  keyof Shorthand
> &
  Shorthand;

/** Kinds of which a person wants to say only whom they strike. */
interface Shorthand {
  crash(...hosts: readonly Target[]): Spell<OfKind<"crash">>;
  stop(...hosts: readonly Target[]): Spell<OfKind<"stop">>;
  wipe(...hosts: readonly Target[]): Spell<OfKind<"wipe">>;
  pause(...hosts: readonly Target[]): Spell<OfKind<"pause">>;
  isolate(...hosts: readonly Target[]): Spell<OfKind<"isolate">>;
  partition(...groups: readonly (readonly Target[])[]): Spell<OfKind<"partition">>;
}

type Begin = <Kind extends FaultKind>(kind: Kind) => Spell<Kind>;

function moment(begin: Begin): Moment {
  const all = FAULT_KINDS.map((kind) => [
    kind,
    (given: object) => begin({ kind, ...USUAL[kind], ...given } as FaultKind),
  ]);
  const down =
    (kind: "crash" | "stop" | "wipe" | "pause") =>
    (...hosts: readonly Target[]) =>
      begin({ kind, hosts } as FaultKind);
  // The parse boundary of the language: a record made of all names has all names.
  return {
    ...Object.fromEntries(all),
    crash: down("crash"),
    stop: down("stop"),
    wipe: down("wipe"),
    pause: down("pause"),
    isolate: (...hosts: readonly Target[]) => begin({ kind: "isolate", ...CUT, hosts }),
    partition: (...groups: readonly (readonly Target[])[]) =>
      begin({ kind: "partition", ...CUT, groups }),
  } as unknown as Moment;
}

const CUT = { inFlight: "lose", types: [] } as const;
const WAY = { from: ["everybody"], to: ["everybody"], bothWays: false } as const;
const TRAFFIC = { ...WAY, types: [] } as const;

/** By kind, the usual values that it has. */
const USUAL: { readonly [Kind in Name]: Partial<OfKind<Kind>> } = {
  ...{ crash: {}, stop: {}, wipe: {}, pause: {}, slowCpu: {}, memoryLimit: {}, crashPoint: {} },
  ...{ clockDrift: {}, clockStep: {}, clockSlew: {} },
  ...{ partition: CUT, isolate: CUT, oneWay: CUT, bridge: CUT, ring: CUT },
  ...{ flapping: { ...WAY, ...CUT }, clog: TRAFFIC },
  ...{ latency: TRAFFIC, loss: TRAFFIC, burstLoss: TRAFFIC, duplication: TRAFFIC },
  ...{ reorder: TRAFFIC, corruption: TRAFFIC, bandwidth: TRAFFIC, sizeLimit: TRAFFIC },
  ...{ streamDown: WAY, streamReset: WAY, streamTimeout: WAY, slowClose: WAY },
  ...{ slicer: WAY, limitData: WAY, halfOpen: WAY },
  ...{ slowDisk: {}, diskFull: {}, failedSync: {}, lostWrites: {}, misdirectedWrites: {} },
  ...{ bitRot: {}, byzantine: {} },
};
