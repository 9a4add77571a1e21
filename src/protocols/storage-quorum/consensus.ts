import type { BackendContext } from "./backend-context.ts";
import type { Block } from "./backend-state.ts";
import {
  applyEntry,
  confirmationLists,
  confirmationsOf,
  forgetReplicas,
  hasQuorum,
  isOpen,
} from "./blocks.ts";
import type { OpenedBlock, Replica } from "./entries.ts";
import type { Holders } from "./holders.ts";
import { isRefusedByDisk, type Ledger } from "./ledger.ts";
import type { FileId } from "./messages.ts";

/**
 * Decides about blocks: confirmed as soon as every chunk has its quorum, rejected at the deadline.
 * What is decided is told once it is durable, and never changes.
 */
export class Consensus {
  readonly #context: BackendContext;
  readonly #ledger: Ledger;
  readonly #holders: Holders;

  constructor(context: BackendContext, ledger: Ledger, holders: Holders) {
    this.#context = context;
    this.#ledger = ledger;
    this.#holders = holders;
  }

  /** Opens a block; false when the disk has no room for it. */
  open(block: OpenedBlock): boolean {
    const { state, env, options } = this.#context;
    const effect = { kind: "opened", file: block.file } as const;
    const outcome = this.#ledger.append({ kind: "opened", ...block }, effect);
    if (isRefusedByDisk(outcome)) return false;
    applyEntry(state, outcome);
    env.emit("block opened", { file: block.file });
    env.setTimer(`deadline ${block.file}`, options.consensusTimeout);
    return true;
  }

  /** After a restart: open blocks have the time that is left to them. */
  resume(): void {
    const { state, env, options } = this.#context;
    for (const block of state.blocks.values()) {
      if (!isOpen(block)) continue;
      const { file, deadline } = block;
      // The wall clock may have jumped, but never makes the wait longer than it was at first.
      const left = Math.min(Math.max(deadline - env.wallClock(), 0), options.consensusTimeout);
      env.setTimer(`deadline ${file}`, left);
      // One without chunks lacks no confirmation, and is confirmed at once.
      this.check(file);
    }
  }

  /** A node has confirmed a replica. */
  onHeld(file: FileId, chunk: number, replica: Replica): void {
    const block = this.#context.state.blocks.get(file);
    if (block === undefined) return;
    if (block.decision === "rejected") {
      this.#context.env.emit("late confirmation", { file, chunk, node: replica.node });
      return;
    }
    this.#holders.gain(file, chunk, replica);
    this.check(file);
  }

  /** Confirms the block if it has its quorum. */
  check(file: FileId): void {
    const block = this.#context.state.blocks.get(file)!;
    if (isOpen(block) && hasQuorum(block, this.#context)) this.#decide(block, "confirmed");
  }

  /** The time is over. */
  onDeadline(file: FileId): void {
    const block = this.#context.state.blocks.get(file);
    if (block !== undefined && isOpen(block)) this.#decide(block, "rejected");
  }

  /** What was decided is durable: from now on it is so. */
  onSettled(file: FileId): void {
    const { state, env } = this.#context;
    const block = state.blocks.get(file)!;
    const status = block.decision!;
    block.status = status;
    const confirmations = confirmationsOf(block);
    env.emit("block settled", { file, status, confirmations, took: this.#timeOf(file) });
    if (status === "confirmed") {
      state.thin.add(file);
      return;
    }
    state.uploads.delete(file);
    forgetReplicas(state, file);
  }

  #decide(block: Block, status: "confirmed" | "rejected"): void {
    const { state, env, options } = this.#context;
    const { file } = block;
    const confirmations = confirmationLists(block);
    const outcome = this.#ledger.append(
      { kind: "settled", file, status, settledAt: env.wallClock(), confirmations },
      { kind: "settled", file },
    );
    if (isRefusedByDisk(outcome)) {
      // It stays open, and is decided when there is room; until then nobody is told anything.
      env.setTimer(`deadline ${file}`, options.retryDelay);
      return;
    }
    applyEntry(state, outcome);
    env.cancelTimer(`deadline ${file}`);
    env.emit("block decided", { file, status, took: this.#timeOf(file) });
  }

  #timeOf(file: FileId): number | undefined {
    const { state, env } = this.#context;
    const upload = state.uploads.get(file);
    return upload === undefined ? undefined : env.now() - upload.startedAt;
  }
}
