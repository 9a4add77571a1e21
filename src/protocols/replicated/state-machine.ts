// A deterministic service, as every server of a Raft group runs it; and what makes a command that
// is sent twice take effect once.

import { crc32c } from "../../sim/checksum.ts";
import type { Micros } from "../../sim/time.ts";
import type { ByteWriter, Codec } from "../codec.ts";
import { count, recordOf, sortedMapOf } from "../codecs.ts";
import type { Command } from "./command.ts";

/** What a service is made of, by name. */
export interface ServiceTypes {
  /** What clients ask to have done. Names but `change` and `transfer`, the administrators'. */
  readonly request: { readonly op: string };
  /** A request as the log has it. */
  readonly operation: { readonly op: string };
  /** What an operation answers. */
  readonly result: unknown;
  /** What is asked without a place in the log. */
  readonly question: unknown;
  readonly answer: unknown;
  /** Plain data, a function of the operations applied so far. */
  readonly state: object;
}

/** A service: the same operations in the same order give the same states and results anywhere. */
export interface StateMachine<Of extends ServiceTypes> {
  /** The state before the first operation. */
  initial(): Of["state"];
  /**
   * What a request is to be in the log, or why it is to be nowhere. It may be anything that came
   * over the wire; `now` reads the wall clock of the server that was asked, for what needs a
   * time: `apply` has none.
   */
  admit(request: unknown, now: () => Micros): Admitted<Of>;
  /**
   * Applies the operation of the log entry at `index`, in place. It knows neither the time nor the
   * server it runs on, and follows no order of insertion: a state read back from bytes has another.
   */
  apply(state: Of["state"], index: number, operation: Of["operation"]): Of["result"];
  /** Reads, and changes nothing. */
  query(state: Of["state"], question: Of["question"]): Of["answer"];
  /** An answer that is known to be up to date, as an operation would have given it. */
  resultOf(answer: Of["answer"]): Of["result"];
  readonly operations: Codec<Of["operation"]>;
  readonly results: Codec<Of["result"]>;
  /** Equal states as equal bytes: whatever has no order of its own is written sorted. */
  readonly states: Codec<Of["state"]>;
}

/** An operation for the log, or the answer to what has no place there, whatever the state is. */
export type Admitted<Of extends ServiceTypes> =
  | { readonly operation: Of["operation"] }
  | { readonly refusal: Of["result"] };

/** All that the log has made so far: the service's state, and the sessions of its clients. */
export interface Replica<Of extends ServiceTypes> {
  readonly state: Of["state"];
  /** By session, its last operation: what makes a retry harmless. */
  readonly sessions: Map<string, Session<Of["result"]>>;
}

/** The last operation of a session. */
export interface Session<Result> {
  readonly serial: number;
  /** Of the log entry that did it. */
  readonly index: number;
  readonly result: Result;
}

/** Before the first command. */
export function emptyReplica<Of extends ServiceTypes>(service: StateMachine<Of>): Replica<Of> {
  return { state: service.initial(), sessions: new Map() };
}

/**
 * Applies the command at a log index, once: for the session's last operation again it returns the
 * first result, and for an older one, whose client has moved on, undefined.
 * Source: exactly-once semantics of Ongaro's thesis §6.3.
 */
export function applyCommand<Of extends ServiceTypes>(
  service: StateMachine<Of>,
  { state, sessions }: Replica<Of>,
  index: number,
  { session, serial, operation }: Command<Of["operation"]>,
): Of["result"] | undefined {
  const last = sessions.get(session);
  if (last !== undefined && serial <= last.serial) {
    return serial === last.serial ? last.result : undefined;
  }
  const result = service.apply(state, index, operation);
  sessions.set(session, { serial, index, result });
  return result;
}

/** Replicas as bytes: equal ones are equal bytes, whatever the order in which they were made. */
export function replicaCodec<Of extends ServiceTypes>(
  service: StateMachine<Of>,
): Codec<Replica<Of>> {
  const session: Codec<Session<Of["result"]>> = recordOf({
    serial: count,
    index: count,
    result: service.results,
  });
  return recordOf<Replica<Of>>({ state: service.states, sessions: sortedMapOf(session) });
}

/** A 32-bit hash that equal values share; `writer` is cleared for it. O(size). */
export function hashOf<Value>(codec: Codec<Value>, value: Value, writer: ByteWriter): number {
  writer.clear();
  codec.encode(value, writer);
  return crc32c(writer.bytes, 0, writer.sizeBytes);
}
