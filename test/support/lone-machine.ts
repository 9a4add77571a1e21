// A service's state machine without its servers: requests go into it one after another.

import { ByteReader, ByteWriter } from "../../src/protocols/codec.ts";
import type { ServiceTypes, StateMachine } from "../../src/protocols/replicated/state-machine.ts";
import type { Micros } from "../../src/sim/time.ts";

/** What a client may send: requests, and what is none. */
export type Asked<Of extends ServiceTypes> = Readonly<Record<string, unknown>> | Of["request"];

export class LoneMachine<Of extends ServiceTypes> {
  state: Of["state"];
  index = 0;
  readonly #service: StateMachine<Of>;

  constructor(service: StateMachine<Of>) {
    this.#service = service;
    this.state = service.initial();
  }

  /** Admits and applies requests, each a little later; returns the answer to the last. */
  do(...requests: readonly Asked<Of>[]): Of["result"] {
    return requests.map((request) => this.#one(request, this.index * 1_000)).at(-1)!;
  }

  /** Admits and applies requests at a time; returns the answer to the last. */
  at(time: Micros, ...requests: readonly Asked<Of>[]): Of["result"] {
    return requests.map((request) => this.#one(request, time)).at(-1)!;
  }

  /** The same from its bytes, as a server that got a snapshot has it. */
  copy(): LoneMachine<Of> {
    const copy = new LoneMachine(this.#service);
    copy.state = this.#service.states.decode(new ByteReader(this.bytes(), 0));
    copy.index = this.index;
    return copy;
  }

  bytes(): Uint8Array {
    const writer = new ByteWriter();
    this.#service.states.encode(this.state, writer);
    return writer.bytes.slice(0, writer.sizeBytes);
  }

  #one(request: Asked<Of>, time: Micros): Of["result"] {
    const admitted = this.#service.admit(request, () => time);
    if ("refusal" in admitted) return admitted.refusal;
    return this.#service.apply(this.state, ++this.index, admitted.operation);
  }
}
