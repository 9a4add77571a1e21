import type { NodeId } from "../../sim/env.ts";
import type { BackendContext } from "./backend-context.ts";
import type { Call, Question } from "./backend-state.ts";
import type { StorageRequest } from "./messages.ts";

/** A question to a storage node, before it has its number. */
export type Asked = WithoutCall<StorageRequest>;

type WithoutCall<Request> = Request extends unknown ? Omit<Request, "call"> : never;

/** The backend's questions to storage nodes, each with its time to be answered. */
export class Calls {
  readonly #context: BackendContext;

  constructor(context: BackendContext) {
    this.#context = context;
  }

  /**
   * Asks a node. It has the time given, by default the usual one; and as much more as the slowest
   * link needs for what is on its way to it.
   */
  ask(node: NodeId, request: Asked, about: Question, sizeBytes = 0): void {
    const { state, env, options } = this.#context;
    const call = ++state.lastCall;
    state.calls.set(call, { node, askedAt: env.now(), sizeBytes, about });
    const peer = state.peers.get(node);
    if (peer !== undefined) peer.inflightBytes += sizeBytes;
    const { requestTimeout, challengeTimeout, bandwidthMin } = options;
    const patience = about.kind === "challenge" ? challengeTimeout : requestTimeout;
    const queued = Math.ceil(((peer?.inflightBytes ?? sizeBytes) * 1_000_000) / bandwidthMin);
    env.setTimer(`call ${call}`, patience + queued);
    // The number makes the request whole again.
    env.send(node, { ...request, call } as StorageRequest);
  }

  /** The question that was answered, if this node was asked it and has not answered before. */
  answered(node: NodeId, number: number): Question | undefined {
    const call = this.#context.state.calls.get(number);
    if (call?.node !== node) return undefined;
    this.#context.env.cancelTimer(`call ${number}`);
    this.#end(number, call);
    return call.about;
  }

  /** The question that was not answered in time. An answer to it may come yet. */
  overdue(number: number): Call | undefined {
    const call = this.#context.state.calls.get(number);
    if (call === undefined) return undefined;
    this.#end(number, call);
    // Confirmations count whenever they come; their bytes are no longer waited for.
    if (call.about.kind === "store") {
      this.#context.state.calls.set(number, { ...call, sizeBytes: 0 });
    }
    return call;
  }

  #end(number: number, { node, sizeBytes }: Call): void {
    const { peers, calls } = this.#context.state;
    const peer = peers.get(node);
    if (peer !== undefined) peer.inflightBytes -= sizeBytes;
    calls.delete(number);
  }
}
