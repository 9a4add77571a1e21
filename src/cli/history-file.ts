import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import {
  type HistoryOptions,
  HistoryReader,
  type ReadHistory,
} from "../histories/history-reader.ts";
import { UsageError } from "../sim/assert.ts";

/**
 * Reads the history in a file, or on the standard input when that is `-`; one whose name ends with
 * `.gz` is unpacked. Throws a UsageError when it cannot be read, or is no history.
 */
export async function readHistoryFile(path: string, options: HistoryOptions): Promise<ReadHistory> {
  const name = path === "-" ? "(standard input)" : path;
  const reader = new HistoryReader(name, options);
  const take = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    for await (const bytes of source) reader.push(decode(decoder, reader, { name, bytes }));
    reader.push(decode(decoder, reader, { name, bytes: undefined }));
  };
  try {
    const file = path === "-" ? process.stdin : createReadStream(path, { highWaterMark: PIECE });
    if (path.endsWith(".gz")) await pipeline(file, createGunzip({ chunkSize: PIECE }), take);
    else await pipeline(file, take);
  } catch (error) {
    // What the system and zlib complain of has a code; what else is wrong is not the file's fault.
    const isOfFile = error instanceof Error && "code" in error;
    if (!isOfFile || error instanceof UsageError) throw error;
    throw new UsageError(`${name}: expected a file to read: ${error.message}`);
  }
  return reader.end();
}

/** Bytes of a piece. */
const PIECE = 2 ** 18;

/** The text of a piece, or of what is left in the end. */
function decode(
  decoder: InstanceType<typeof TextDecoder>,
  { lines }: HistoryReader,
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array | undefined },
): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch {
    throw new UsageError(`${name}: expected UTF-8, got other bytes after line ${lines}`);
  }
}
