import type { NodeId } from "../../sim/env.ts";
import type { BackendContext } from "./backend-context.ts";
import type { Chunk, Purpose, Question, Retrieval } from "./backend-state.ts";
import type { Calls } from "./calls.ts";
import { addressOf, sealReplica } from "./cipher.ts";
import type { Holders } from "./holders.ts";
import type { FileId } from "./messages.ts";
import { REPUTATION, type StorageNodes } from "./nodes.ts";

/** What becomes of a chunk that was looked for: its ciphertext, or undefined when nobody has it. */
export type OnRetrieved = (retrieval: Retrieval, ciphertext: Uint8Array | undefined) => void;

type FetchQuestion = Extract<Question, { kind: "fetch" }>;

/**
 * Fetches good ciphertexts of chunks: holder after holder, the next one also when the one before it
 * is slow (a hedged request: Dean and Barroso, The Tail at Scale, 2013). What a holder gives is
 * checked; one that gives anything else than its replica holds it no more.
 */
export class Retrievals {
  readonly #context: BackendContext;
  readonly #calls: Calls;
  readonly #nodes: StorageNodes;
  readonly #holders: Holders;
  readonly #onRetrieved: OnRetrieved;

  constructor(
    context: BackendContext,
    { calls, nodes, holders }: { calls: Calls; nodes: StorageNodes; holders: Holders },
    onRetrieved: OnRetrieved,
  ) {
    this.#context = context;
    this.#calls = calls;
    this.#nodes = nodes;
    this.#holders = holders;
    this.#onRetrieved = onRetrieved;
  }

  /** Looks for a chunk. */
  begin(file: FileId, chunk: number, purpose: Purpose): void {
    const { state } = this.#context;
    const next = this.#bestFirst(state.blocks.get(file)!.chunks[chunk]!);
    const number = ++state.lastTask;
    state.retrievals.set(number, { file, chunk, purpose, next, open: 0, asked: 0 });
    this.#askNext(number);
  }

  /** Whether a chunk is being looked for, for that node. */
  isForRepair(file: FileId, chunk: number, node: NodeId): boolean {
    return [...this.#context.state.retrievals.values()].some(
      ({ purpose, ...retrieval }) =>
        purpose.kind === "repair" &&
        purpose.node === node &&
        retrieval.file === file &&
        retrieval.chunk === chunk,
    );
  }

  /** Whoever was asked is slow. */
  onHedge(number: number): void {
    const retrieval = this.#context.state.retrievals.get(number);
    if (retrieval !== undefined && retrieval.next.length > 0) this.#askNext(number);
  }

  onFetched({ retrieval: number, replica }: FetchQuestion, data: Uint8Array | undefined): void {
    const { state, env } = this.#context;
    const retrieval = state.retrievals.get(number);
    const isGood = data !== undefined && addressOf(data) === replica.address;
    if (retrieval === undefined) {
      env.emit("fetch wasted", { node: replica.node });
      return;
    }
    retrieval.open--;
    const { file, chunk } = retrieval;
    if (isGood) {
      const { address } = state.blocks.get(file)!.chunks[chunk]!;
      const seal = { node: replica.node, chunk: address, number: replica.seal };
      this.#end(number, retrieval, sealReplica(data, state.secret, seal));
      return;
    }
    this.#nodes.rate(replica.node, data === undefined ? REPUTATION.unproven : REPUTATION.corrupt);
    const why = data === undefined ? "missing" : "corrupt";
    env.emit("fetch failed", { file, chunk, node: replica.node, why });
    this.#holders.lose(file, chunk, replica.node, why);
    if (retrieval.open === 0) this.#askNext(number);
  }

  onOverdue({ retrieval: number, replica }: FetchQuestion): void {
    this.#nodes.rate(replica.node, REPUTATION.silent);
    this.#nodes.onSilence(replica.node);
    const retrieval = this.#context.state.retrievals.get(number);
    if (retrieval === undefined) return;
    retrieval.open--;
    if (retrieval.open === 0) this.#askNext(number);
  }

  /** Asks the next holder, or gives up. */
  #askNext(number: number): void {
    const { state, env, options } = this.#context;
    const retrieval = state.retrievals.get(number)!;
    const replica = retrieval.next.shift();
    if (replica === undefined) {
      if (retrieval.open === 0) this.#end(number, retrieval, undefined);
      return;
    }
    retrieval.open++;
    retrieval.asked++;
    if (retrieval.next.length > 0) env.setTimer(`hedge ${number}`, options.hedgeDelay);
    const { sizeBytes } = state.blocks.get(retrieval.file)!.chunks[retrieval.chunk]!;
    const request = { type: "fetch", address: replica.address } as const;
    const about = { kind: "fetch", retrieval: number, replica } as const;
    this.#calls.ask(replica.node, request, about, sizeBytes);
  }

  #end(number: number, retrieval: Retrieval, ciphertext: Uint8Array | undefined): void {
    this.#context.env.cancelTimer(`hedge ${number}`);
    this.#context.state.retrievals.delete(number);
    this.#onRetrieved(retrieval, ciphertext);
  }

  /** Those who live and have proven their replica come first, then those of the best reputation. */
  #bestFirst({ holders }: Chunk): Retrieval["next"] {
    const nodes = this.#nodes;
    const ranked = [...holders.values()].map(({ replica, isProven }) => ({
      replica,
      rank: (nodes.isAlive(replica.node) ? 2 : 0) + (isProven ? 1 : 0),
      reputation: nodes.reputationOf(replica.node),
    }));
    ranked.sort(
      (a, b) =>
        b.rank - a.rank ||
        b.reputation - a.reputation ||
        (a.replica.node < b.replica.node ? -1 : 1),
    );
    return ranked.map(({ replica }) => replica);
  }
}
