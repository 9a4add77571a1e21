// A validator's own votes, and what proves that blocks are final, on the disk. Each start of the
// node, and each time that it has grown, begins a new file with what still matters; older files go
// when that is durable.

import type { Disk, DiskError } from "../../../sim/env.ts";
import { ByteReader, type ByteWriter } from "../../codec.ts";
import {
  Journal,
  type JournalState,
  journalOf,
  newJournalState,
  rewriteUnsynced,
} from "../../journal.ts";
import { isMalformed } from "../encoding/rlp.ts";
import type { Certificate } from "../finality/certificate.ts";
import { decodeVote, type Vote } from "../finality/vote.ts";

/** What a node remembers of its vote log, as plain data. */
export interface VoteLogState {
  /** The number of the file that is written to, or was read last; 0 when there is none yet. */
  file: number;
  /** Whether that file was begun in this life. */
  isOpen: boolean;
  journal: JournalState;
  /** Files that are not needed once the one that is written to is durable. */
  obsolete: number[];
  /** Own votes that still bind, by rising target. */
  own: Vote[];
  /** The last proof that a block is final, and the last that one is justified. */
  final: readonly Vote[];
  justified: readonly Vote[];
}

/** What was found in the vote log. */
export interface FoundVotes {
  readonly own: readonly Vote[];
  /** Votes of certificates, the last one first. */
  readonly proofs: readonly (readonly Vote[])[];
  /** Whether votes of earlier lives may be missing: rot is never repaired here. */
  readonly isDamaged: boolean;
}

/** Nothing was written. */
export function newVoteLog(): VoteLogState {
  return {
    ...{ file: 0, isOpen: false, journal: newJournalState(), obsolete: [] },
    ...{ own: [], final: [], justified: [] },
  };
}

/** The vote log of somebody who has never voted. */
export function emptyVoteLog(): { readonly file: string; readonly bytes: Uint8Array } {
  return { file: voteFile(1), bytes: journalOf([(writer) => writeVotes(writer, VOTE, [])]) };
}

/** Larger, it is written anew with what still matters. */
const SIZE_MAX = 256 * 1_024;

const VOTE = 0;
const FINAL = 1;
const JUSTIFIED = 2;

/** Writes and reads the vote log. Who uses it syncs the disk. */
export class VoteLog {
  readonly #disk: Disk;
  readonly #state: () => VoteLogState;

  /** `state` gives the owner's memory of it: in a recorded run that is another at each handler. */
  constructor(disk: Disk, state: () => VoteLogState) {
    this.#disk = disk;
    this.#state = state;
  }

  /** Whether there are files of it. */
  get isThere(): boolean {
    return this.#files().length > 0;
  }

  /** Reads all files, the oldest first. What is durable is made so again by the next `renew`. */
  recover(): FoundVotes {
    const state = this.#state();
    let isDamaged = false;
    for (const number of this.#files()) {
      const journal = newJournalState();
      const { records, rottenAt } = new Journal(this.#disk, voteFile(number), () => journal).open();
      if (rottenAt !== undefined || !records.every((record) => this.#take(record))) {
        isDamaged = true;
      } else {
        state.obsolete.push(number);
      }
      state.file = number;
    }
    const proofs = [state.justified, state.final].filter((votes) => votes.length > 0);
    return { own: [...state.own], proofs, isDamaged };
  }

  /** Begins a new file with what still matters above a height. */
  renew(finalHeight: number): DiskError | undefined {
    const state = this.#state();
    const last = state.own.at(-1);
    const { own, final, justified, journal, file, isOpen } = state;
    state.own = own.filter((vote) => vote === last || vote.target.height > finalHeight);
    state.journal = newJournalState();
    state.file++;
    const error =
      this.#append(FINAL, final) ??
      this.#append(JUSTIFIED, justified) ??
      this.#append(VOTE, state.own);
    if (error === undefined) {
      if (isOpen) state.obsolete.push(file);
      state.isOpen = true;
      return undefined;
    }
    if (this.#disk.list().includes(voteFile(state.file))) this.#disk.remove(voteFile(state.file));
    Object.assign(state, { own, journal, file });
    return error;
  }

  /** Adds a vote of one's own. */
  appendVote(vote: Vote): DiskError | undefined {
    const error = this.#open() ?? this.#append(VOTE, [vote]);
    if (error === undefined) this.#state().own.push(vote);
    return error;
  }

  /** Adds a proof that a block is final or justified. */
  appendCertificate(kind: "final" | "justified", { votes }: Certificate): DiskError | undefined {
    const error = this.#open() ?? this.#append(kind === "final" ? FINAL : JUSTIFIED, votes);
    if (error === undefined) this.#state()[kind] = [...votes];
    return error;
  }

  /** Whether it has grown so much that it is to be renewed. */
  get isLarge(): boolean {
    return this.#state().journal.sizeBytes > SIZE_MAX;
  }

  /** Writes again what may not be durable; the error, if the disk refuses. */
  mend(): DiskError | undefined {
    const { file, isOpen, journal } = this.#state();
    return isOpen ? rewriteUnsynced(this.#disk, voteFile(file), journal) : undefined;
  }

  /** All is durable that was written when a file became obsolete. */
  removeObsolete(): void {
    const state = this.#state();
    for (const number of state.obsolete) this.#disk.remove(voteFile(number));
    state.obsolete = [];
  }

  /** Begins a file if the disk had no room for one before. */
  #open(): DiskError | undefined {
    return this.#state().isOpen ? undefined : this.renew(0);
  }

  #append(kind: number, votes: readonly Vote[]): DiskError | undefined {
    const { file } = this.#state();
    const journal = new Journal(this.#disk, voteFile(file), () => this.#state().journal);
    const writer = journal.begin();
    writeVotes(writer, kind, votes);
    return journal.append();
  }

  /** Takes a record; false when it is not one. */
  #take(record: Uint8Array): boolean {
    const state = this.#state();
    const reader = new ByteReader(record, 0);
    const kind = reader.byte();
    const votes = Array.from({ length: reader.count() }, () => decodeVote(reader.bytesOf()));
    const read = votes.flatMap((vote) => (isMalformed(vote) ? [] : [vote]));
    if (kind === VOTE) state.own = withOwn(state.own, read);
    else if (read.length > 0) state[kind === FINAL ? "final" : "justified"] = read;
    return read.length === votes.length;
  }

  #files(): readonly number[] {
    return this.#disk.list().flatMap((file) => {
      const number = Number(file.slice(PREFIX.length));
      return voteFile(number) === file ? [number] : [];
    });
  }
}

/** Each once, though two files may have it. */
function withOwn(own: readonly Vote[], more: readonly Vote[]): Vote[] {
  const heights = new Set(own.map(({ target }) => target.height));
  return [...own, ...more.filter(({ target }) => !heights.has(target.height))];
}

function writeVotes(writer: ByteWriter, kind: number, votes: readonly Vote[]): void {
  writer.byte(kind);
  writer.count(votes.length);
  for (const { bytes } of votes) writer.bytesOf(bytes);
}

const PREFIX = "votes-";

/** The name of the vote log's file of that number. */
export function voteFile(number: number): string {
  return `${PREFIX}${String(number).padStart(8, "0")}`;
}
