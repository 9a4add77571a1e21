import { AsyncLocalStorage } from "node:async_hooks";
import type { Env, NodeId, Plain } from "../../sim/env.ts";
import { Fingerprint, hashPlain } from "../../sim/fingerprint.ts";
import type { EventView, HostView, World } from "../../sim/invariant.ts";
import type { Witness } from "../../sim/witness.ts";
import {
  type Deed,
  describeEvent,
  type EventAccount,
  type EventPlace,
  leavesOf,
  type OutsideCall,
  placeOf,
} from "./account.ts";
import { withAmbientNoted } from "./ambient.ts";
import { type Call, describeCall, lentEnv } from "./lent-env.ts";
import { callerStack, programFrames } from "./stack.ts";

/** Which events to look at closely. */
export interface Focus {
  /** By number, both included: where to look into the nodes' memories. */
  readonly from: number;
  readonly to: number;
  /** At each event whose number is a multiple of it, as it costs as much as the memory is large. */
  readonly every: number;
  /** Whether to keep accounts of these events, with stacks; `every` is 1 then. */
  readonly keeps: boolean;
  /** The event of which to keep the memory too. */
  readonly memoryOf: number;
}

/** Calls outside handlers beyond so many are not kept. */
const OUTSIDE_CALLS_MAX = 20;

/** What has begun is of this event, also what a promise or a real timer does later. */
const context = new AsyncLocalStorage<EventPlace>();

/**
 * Notes each call of an env while no handler of its host runs. With a focus, it notes as well what
 * programs do, event by event: all effects with their arguments, what a handler throws, and, in
 * focus, the nodes' memories, as one rolling hash. Two runs are the same up to where those part.
 */
export class EffectLog implements Witness {
  readonly outside: OutsideCall[] = [];
  /** After each event, a rolling hash of all until then: two words an event. */
  readonly words: number[] = [];
  readonly accounts = new Map<number, EventAccount>();
  readonly #focus: Focus | undefined;
  readonly #hash = new Fingerprint();
  #place: Mutable<EventPlace> | undefined;
  #effects: Deed[] = [];
  #asked: Deed[] = [];
  /** Whether a stack is being taken; what maps its lines to the source asks the machine too. */
  #isTakingStack = false;
  #isKept = false;

  constructor(focus?: Focus) {
    this.#focus = focus;
  }

  lend<Message>(env: Env<Message>): Env<Message> {
    return lentEnv(env, (host, call) => this.#note(host, call));
  }

  attend(world: World, play: () => void): void {
    const focus = this.#focus;
    const place: Mutable<EventPlace> = placeOf(world);
    this.#place = place;
    this.#isKept = focus?.keeps === true && isIn(focus, place.step);
    let thrown: unknown;
    try {
      if (this.#isKept)
        withAmbientNoted(
          () => context.run(place, play),
          (name) => this.#ask(name),
        );
      else context.run(place, play);
    } catch (error) {
      thrown = error;
      throw error;
    } finally {
      // An event from an inbox has shown itself by now, and so has one that must wait there.
      Object.assign(place, placeOf(world));
      if (focus !== undefined) this.#finish(world, place, focus, thrown);
      this.#place = undefined;
    }
  }

  /** Whether the call may have an effect. */
  #note(host: NodeId, call: Call): boolean {
    const isOutside = this.#place === undefined || this.#place.host !== host;
    if (isOutside && this.outside.length < OUTSIDE_CALLS_MAX) {
      const begunBy = context.getStore();
      this.outside.push({ host, begunBy, text: describeCall(call), stack: this.#stack() });
    }
    if (!call.isEffect) return true;
    if (this.#focus !== undefined) this.#mix(call);
    return this.#place !== undefined;
  }

  #ask(name: string): void {
    if (this.#isTakingStack) return;
    const stack = this.#stack();
    if (stack === "") return;
    if (this.#asked.some((deed) => deed.text === name && deed.stack === stack)) return;
    this.#asked.push({ text: name, hash: 0, stack });
  }

  #mix(call: Call): void {
    // What programs hand to an env is plain data.
    const hash = hashPlain(0, [call.name, ...(call.args as readonly Plain[])]);
    this.#hash.mix(hash);
    if (this.#isKept) this.#effects.push({ text: describeCall(call), hash, stack: this.#stack() });
  }

  #stack(): string {
    this.#isTakingStack = true;
    const stack = callerStack();
    this.#isTakingStack = false;
    return stack;
  }

  #finish(world: World, place: EventPlace, focus: Focus, thrown: unknown): void {
    const hash = this.#hash;
    const { step, now, event } = world;
    hash.mix(step);
    hash.mixNumber(now);
    hash.mixPlain([event.kind, event.host?.id, event.from]);
    if (HASHED.includes(event.kind)) hash.mixPlain(event.payload as Plain);
    if (thrown !== undefined) hash.mixPlain(String(thrown));
    if (isIn(focus, step) && step % focus.every === 0) this.#look(world, focus.every);
    this.words.push(...hash.lanes);
    if (!this.#isKept) return;
    this.accounts.set(step, {
      place,
      text: describeEvent(world),
      effects: this.#effects,
      asked: this.#asked,
      thrown: thrown === undefined ? undefined : deedOf(thrown),
      stateHash: hashPlain(0, stateOf(event.host) as Plain),
      state: step === focus.memoryOf ? leavesOf(stateOf(event.host)) : [],
    });
    this.#effects = [];
    this.#asked = [];
  }

  /** After an event only its host has another memory; after many, any host may. */
  #look(world: World, every: number): void {
    const { host } = world.event;
    const hosts = every > 1 ? world.servers : [];
    for (const one of new Set([...hosts, host])) {
      this.#hash.mix(hashPlain(0, stateOf(one) as Plain));
    }
  }
}

/** Kinds of events whose payload is what programs have made, or what the plan says. */
const HASHED: readonly EventView["kind"][] = ["deliver", "timer", "synced", "operation"];

function isIn({ from, to }: Focus, step: number): boolean {
  return step >= from && step <= to;
}

/** The memory of the node on a host, if there is one. */
function stateOf(host: HostView | undefined): unknown {
  // What runs on a host is a Node, and those have a state.
  return (host?.node as { readonly state: unknown } | undefined)?.state;
}

function deedOf(thrown: unknown): Deed {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  const text = `throw ${String(thrown)}`;
  return { text, hash: 0, stack: programFrames(stack).join("\n") };
}

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };
