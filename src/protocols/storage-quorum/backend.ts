import { unreachable } from "../../sim/assert.ts";
import type { DiskError, Env, Node, NodeId } from "../../sim/env.ts";
import { Audits } from "./audits.ts";
import type { BackendContext } from "./backend-context.ts";
import {
  type BackendState,
  type Block,
  type Effect,
  newBackendState,
  type Question,
  type Retrieval,
} from "./backend-state.ts";
import { applyEntry, forgetReplicas } from "./blocks.ts";
import { Calls } from "./calls.ts";
import { drawBytes } from "./cipher.ts";
import { Consensus } from "./consensus.ts";
import { Downloads } from "./downloads.ts";
import { Holders } from "./holders.ts";
import { Housekeeping } from "./housekeeping.ts";
import { isRefusedByDisk, Ledger } from "./ledger.ts";
import type { FileId, StorageQuorumMessage, StorageReply } from "./messages.ts";
import { StorageNodes } from "./nodes.ts";
import type { StorageQuorumOptions } from "./options.ts";
import { Reception } from "./reception.ts";
import { Replication } from "./replication.ts";
import { Retrievals } from "./retrievals.ts";
import { Uploads } from "./uploads.ts";

const SECRET_BYTES = 32;
/** No life asks as often. */
const CALLS_PER_LIFE = 2 ** 20;

/**
 * Takes files, has storage nodes hold them, and keeps the ledger of what was confirmed. It is the
 * only one who knows which bytes belong together; no other node sees a plaintext.
 */
export class Backend implements Node<StorageQuorumMessage, BackendState> {
  state: BackendState = newBackendState();
  readonly #env: Env<StorageQuorumMessage>;
  readonly #context: BackendContext;
  readonly #ledger: Ledger;
  readonly #calls: Calls;
  readonly #nodes: StorageNodes;
  readonly #retrievals: Retrievals;
  readonly #replication: Replication;
  readonly #consensus: Consensus;
  readonly #reception: Reception;
  readonly #uploads: Uploads;
  readonly #downloads: Downloads;
  readonly #audits: Audits;
  readonly #housekeeping: Housekeeping;

  constructor(
    env: Env<StorageQuorumMessage>,
    config: { readonly discovery: NodeId; readonly options: StorageQuorumOptions },
  ) {
    const stateNow = (): BackendState => this.state;
    const context: BackendContext = {
      ...{ env, ...config },
      get state() {
        return stateNow();
      },
    };
    this.#env = env;
    this.#context = context;
    this.#ledger = new Ledger(env, stateNow, (effect) => this.#onDurable(effect));
    const calls = new Calls(context);
    const nodes = new StorageNodes(context, (node) => this.#audits.onRestart(node));
    const holders = new Holders(context, this.#ledger);
    const retrievals = new Retrievals(context, { calls, nodes, holders }, (retrieval, found) =>
      this.#onRetrieved(retrieval, found),
    );
    const consensus = new Consensus(context, this.#ledger, holders);
    const replication = new Replication(
      context,
      { calls, nodes, retrievals },
      {
        onHeld: (file, chunk, replica) => consensus.onHeld(file, chunk, replica),
        onTrouble: (file) => this.#onTrouble(file),
      },
    );
    this.#calls = calls;
    this.#nodes = nodes;
    this.#retrievals = retrievals;
    this.#replication = replication;
    this.#consensus = consensus;
    this.#reception = new Reception(context, this.#ledger, {
      uploads: () => this.#uploads,
      downloads: () => this.#downloads,
    });
    this.#uploads = new Uploads(context, { consensus, replication }, (client, result) =>
      this.#ledger.after({ kind: "reply", client, result }),
    );
    this.#downloads = new Downloads(context, retrievals, (client, result) =>
      this.#reception.reply(client, result),
    );
    this.#audits = new Audits(context, { calls, nodes, holders });
    this.#housekeeping = new Housekeeping(context, {
      ...{ calls, nodes, holders, consensus, replication },
    });
  }

  /** By file, all that was ever opened; for those who look on. */
  get blocks(): ReadonlyMap<FileId, Block> {
    return this.state.blocks;
  }

  /** The size of its file, durable or not; for those who look on. */
  get ledgerBytes(): number {
    return this.state.ledger.journal.sizeBytes;
  }

  onStart(): void {
    this.#numberAnew();
    const entries = this.#ledger.load();
    if (entries === undefined) return;
    for (const entry of entries) this.#recall(entry);
    if (entries.length === 0) {
      const secret = drawBytes(this.#env.random, SECRET_BYTES);
      const outcome = this.#ledger.append({ kind: "founded", secret });
      if (isRefusedByDisk(outcome)) {
        // There is nothing that it could do without its secret.
        this.#env.setTimer("found", this.#context.options.retryDelay);
        return;
      }
      applyEntry(this.state, outcome);
    }
    this.#ledger.after({ kind: "ready" });
  }

  onMessage(from: NodeId, message: StorageQuorumMessage): void {
    if (this.state.phase !== "serving") return;
    switch (message.type) {
      case "request":
        this.#reception.onRequest(from, message);
        break;
      case "peerList":
        this.#nodes.onList(message);
        for (const file of this.state.uploads.keys()) this.#replication.tend(file);
        break;
      case "stored":
      case "fetched":
      case "proof":
      case "holdings":
      case "dropped":
        this.#onAnswer(from, message);
        break;
    }
  }

  onTimer(name: string): void {
    if (name === "found") {
      this.onStart();
      return;
    }
    if (this.state.phase !== "serving") return;
    const [kind, rest] = splitName(name);
    if (kind === "peers") this.#nodes.ask();
    else if (kind === "audit") this.#audits.onTick();
    else if (kind === "repair") this.#housekeeping.onTick();
    else if (kind === "deadline") this.#consensus.onDeadline(rest);
    else if (kind === "tend") this.#replication.tend(rest);
    else if (kind === "hedge") this.#retrievals.onHedge(Number(rest));
    else if (kind === "call") this.#onOverdue(Number(rest));
  }

  onSynced(_token: string, error?: DiskError): void {
    if (this.state.phase !== "halted") this.#ledger.onSynced(error);
  }

  /** Answers to what an earlier life has asked may be on their way yet: none is to fit. */
  #numberAnew(): void {
    const first = this.#env.random.int(0, 0xffff_ffff) * CALLS_PER_LIFE;
    this.state.lastCall = first;
    this.state.peersSerial = first;
  }

  #recall(linked: Parameters<typeof applyEntry>[1]): void {
    applyEntry(this.state, linked);
    const { entry } = linked;
    if (entry.kind !== "settled") return;
    this.state.blocks.get(entry.file)!.status = entry.status;
    if (entry.status === "confirmed") this.state.thin.add(entry.file);
    else forgetReplicas(this.state, entry.file);
  }

  #onDurable(effect: Effect): void {
    switch (effect.kind) {
      case "ready":
        this.#begin();
        break;
      case "mended":
        this.onStart();
        break;
      case "opened":
        this.#uploads.onOpened(effect.file);
        break;
      case "settled":
        this.#consensus.onSettled(effect.file);
        this.#uploads.onSettled(effect.file);
        break;
      case "reply":
        this.#reception.reply(effect.client, effect.result);
        break;
      default:
        unreachable(effect);
    }
  }

  /** What was read at the start is sure to be there. */
  #begin(): void {
    this.state.phase = "serving";
    this.#env.emit("serving", { blocks: this.state.blocks.size });
    this.#nodes.ask();
    this.#consensus.resume();
    this.#housekeeping.onTick();
    this.#env.setTimer("audit", this.#context.options.challengeInterval);
  }

  #onAnswer(from: NodeId, reply: StorageReply): void {
    const question = this.#calls.answered(from, reply.call);
    if (question === undefined) return;
    if (question.kind === "store" && reply.type === "stored") {
      this.#replication.onStored(question, reply.call, reply.error);
    } else if (question.kind === "fetch" && reply.type === "fetched") {
      this.#retrievals.onFetched(question, reply.data);
    } else if (question.kind === "challenge" && reply.type === "proof") {
      this.#audits.onProof(question, reply.proof);
    } else if (question.kind === "inventory" && reply.type === "holdings") {
      this.#housekeeping.onHoldings(from, reply.call, reply.addresses);
    }
  }

  #onOverdue(number: number): void {
    const call = this.#calls.overdue(number);
    if (call === undefined) return;
    this.#env.emit("node silent", { node: call.node });
    this.#onSilence(call.about);
  }

  #onSilence(about: Question): void {
    if (about.kind === "store") this.#replication.onOverdue(about);
    else if (about.kind === "fetch") this.#retrievals.onOverdue(about);
    else if (about.kind === "challenge") this.#audits.onOverdue(about);
  }

  /** Somebody did not take a replica: it is offered again, or to another. */
  #onTrouble(file: string): void {
    this.#env.setTimer(`tend ${file}`, this.#context.options.retryDelay + 1);
    this.#uploads.maybeReplyPending(file);
  }

  #onRetrieved(retrieval: Retrieval, found: Uint8Array | undefined): void {
    const { purpose, file, chunk } = retrieval;
    if (purpose.kind === "download") {
      this.#downloads.onRetrieved(purpose.download, retrieval, found);
    } else if (found !== undefined) {
      this.#replication.onRetrieved(file, chunk, purpose.node, found);
    }
  }
}

/** A timer's kind, and what it is about: file names may have spaces. */
function splitName(name: string): readonly [kind: string, rest: string] {
  const at = name.indexOf(" ");
  return at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at + 1)];
}
