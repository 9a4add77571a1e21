import type { Codec } from "../codec.ts";

/** An operation as the log holds it: with the session that makes it happen once. */
export interface Command<Operation> {
  /** One life of one client. */
  readonly session: string;
  /** Counts the session's operations, from 1 on; a retry keeps its number. */
  readonly serial: number;
  readonly operation: Operation;
}

/** Commands as bytes, around the operations of a service. */
export function commandCodec<Operation>(operations: Codec<Operation>): Codec<Command<Operation>> {
  return {
    encode({ session, serial, operation }, writer) {
      writer.text(session);
      writer.count(serial);
      operations.encode(operation, writer);
    },
    decode(reader) {
      const session = reader.text();
      const serial = reader.count();
      return { session, serial, operation: operations.decode(reader) };
    },
  };
}

/** The name by which a request is known in the history and in the log. */
export function requestName(session: string, serial: number): string {
  return `${session}#${serial}`;
}
