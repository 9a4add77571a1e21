import type { DiskError, Env, Plain } from "../../sim/env.ts";
import { bytesOf, hexOf } from "../hex.ts";
import { beginSync, endSync, Journal } from "../journal.ts";
import type { BackendState, Effect } from "./backend-state.ts";
import { areEqual } from "./bytes.ts";

import { decodeEntry, encodeEntry, type LedgerEntry } from "./entries.ts";
import { sha256 } from "./merkle.ts";
import type { Address, StorageQuorumMessage } from "./messages.ts";

/** The backend's file. */
export const LEDGER_FILE = "ledger.journal";

/** What the first entry has in place of the hash of the one before it. */
export const NO_ENTRY: Address = "0".repeat(64);

const HASH_BYTES = 32;

/** An entry that was read back, with its hash and that of the one before it. */
export interface LinkedEntry {
  readonly entry: LedgerEntry;
  readonly hash: Address;
  readonly previous: Address;
}

/**
 * The chain of what the backend has decided: entries, each beginning with the SHA-256 of the one
 * before it, in a journal. What the world is told waits until its entry is durable.
 */
export class Ledger {
  readonly #env: Env<StorageQuorumMessage>;
  readonly #state: () => BackendState;
  readonly #journal: Journal;
  readonly #onDurable: (effect: Effect) => void;

  /** `onDurable` takes what has waited for the disk, in order. */
  constructor(
    env: Env<StorageQuorumMessage>,
    state: () => BackendState,
    onDurable: (effect: Effect) => void,
  ) {
    this.#env = env;
    this.#state = state;
    this.#journal = new Journal(env.disk, LEDGER_FILE, () => state().ledger.journal);
    this.#onDurable = onDurable;
  }

  /**
   * Reads all entries back, the oldest first. Undefined when the file is rotten or an entry does
   * not follow on the one before it: then the backend is halted; and when there is a torn tail:
   * that is cut, and the effect "mended" says when to load anew.
   */
  load(): readonly LinkedEntry[] | undefined {
    const { records, tornBytes, rottenAt, error } = this.#journal.open();
    if (rottenAt !== undefined) {
      this.#halt({ file: LEDGER_FILE, at: rottenAt, reason: "rotten" });
      return undefined;
    }
    if (error !== undefined) {
      this.#halt({ error: error.kind });
      return undefined;
    }
    if (tornBytes > 0) {
      this.#env.emit("torn tail cut", { tornBytes });
      this.#sync();
      return undefined;
    }
    const entries: LinkedEntry[] = [];
    let previous = NO_ENTRY;
    for (const [index, payload] of records.entries()) {
      if (!areEqual(payload.subarray(0, HASH_BYTES), bytesOf(previous))) {
        this.#halt({ file: LEDGER_FILE, entry: index, reason: "not linked" });
        return undefined;
      }
      const hash = hexOf(sha256(payload));
      entries.push({ entry: decodeEntry(payload, HASH_BYTES), hash, previous });
      previous = hash;
    }
    this.#state().ledger.head = previous;
    // What was read may be in the cache only.
    this.#sync();
    return entries;
  }

  /** Adds an entry, and has `effect` follow once it is durable; returns the links, or an error. */
  append(entry: LedgerEntry, effect?: Effect): LinkedEntry | DiskError {
    const { ledger } = this.#state();
    const writer = this.#journal.begin();
    const start = writer.sizeBytes;
    writer.raw(bytesOf(ledger.head), 0, HASH_BYTES);
    encodeEntry(entry, writer);
    const payload = writer.bytes.slice(start, writer.sizeBytes);
    const error = this.#journal.append();
    if (error !== undefined) return error;
    const previous = ledger.head;
    ledger.head = hexOf(sha256(payload));
    if (effect !== undefined) this.after(effect);
    if (!ledger.isSyncing) this.#sync();
    return { entry, hash: ledger.head, previous };
  }

  /** Has the effect follow once all that was appended so far is durable; now, if it is. */
  after(effect: Effect): void {
    const { ledger } = this.#state();
    const upToBytes = ledger.journal.sizeBytes;
    if (ledger.journal.durableBytes >= upToBytes && !ledger.isSyncing) this.#onDurable(effect);
    else ledger.effects.push({ upToBytes, effect });
  }

  onSynced(error: DiskError | undefined): void {
    const { ledger } = this.#state();
    if (error !== undefined) {
      this.#halt({ error: error.kind });
      return;
    }
    ledger.isSyncing = false;
    endSync(ledger.journal);
    if (ledger.journal.tornBytes > 0) {
      this.#cut();
      return;
    }
    const { durableBytes, sizeBytes } = ledger.journal;
    const isDue = ({ upToBytes }: { upToBytes: number }): boolean => upToBytes <= durableBytes;
    const due = ledger.effects.filter(isDue);
    ledger.effects = ledger.effects.filter((waiting) => !isDue(waiting));
    if (sizeBytes > durableBytes) this.#sync();
    for (const { effect } of due) this.#onDurable(effect);
  }

  #cut(): void {
    const error = this.#journal.cut();
    if (error === undefined) this.#onDurable({ kind: "mended" });
    else this.#halt({ error: error.kind });
  }

  #sync(): void {
    const { ledger } = this.#state();
    ledger.isSyncing = true;
    beginSync(ledger.journal);
    this.#env.disk.sync("ledger");
  }

  #halt(why: { readonly [field: string]: Plain }): void {
    this.#state().phase = "halted";
    this.#env.emit("halted", why);
  }
}

/** Whether an entry was not taken by the disk. */
export function isRefusedByDisk(outcome: LinkedEntry | DiskError): outcome is DiskError {
  return "kind" in outcome;
}
