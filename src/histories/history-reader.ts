import type { Call } from "../invariants/call.ts";
import { UsageError } from "../sim/assert.ts";
import { CallsReader } from "./calls-reader.ts";
import { EdnHistoryReader } from "./edn-history.ts";
import { EtcdLogReader } from "./etcd-log.ts";
import { JsonLinesReader } from "./json-lines.ts";
import { complaint, quote } from "./place.ts";

/** The forms in which histories come: JSON lines, Jepsen's EDN, and lines of Jepsen's log. */
export type HistoryFormat = (typeof HISTORY_FORMATS)[number];

export const HISTORY_FORMATS = ["jsonl", "edn", "etcd-log"] as const;

export interface HistoryOptions {
  /** Default: told from the first line that is not blank and no comment. */
  readonly format?: HistoryFormat;
  /** Whether all values are pairs of a key and a value, tagged or not. Default: false. */
  readonly isIndependent?: boolean;
}

/** A history that was read. */
export interface ReadHistory {
  readonly format: HistoryFormat;
  /** In order of invocation. */
  readonly calls: readonly Call[];
  /** The line of a place that a call names in `invoked` or `returned`. */
  lineOf(place: number): number;
}

interface LinesReader {
  push(text: string, line: number): void;
  end(): void;
}

/**
 * Reads the history in a file, which comes in pieces: `push` them all, then `end`. Memory follows
 * the calls, not the text; a line is held while it is read. Whatever is wrong is a UsageError that
 * begins with name, line and column.
 */
export class HistoryReader {
  readonly #name: string;
  readonly #calls: CallsReader;
  #format: HistoryFormat | undefined;
  #reader: LinesReader | undefined;
  /** The beginning of a line whose end is still to come. */
  #rest = "";
  #line = 0;

  constructor(name: string, { format, isIndependent = false }: HistoryOptions = {}) {
    this.#name = name;
    this.#calls = new CallsReader(name, { isIndependent });
    this.#format = format;
  }

  /** How many lines have been read. */
  get lines(): number {
    return this.#line;
  }

  /** Takes in the next piece of the text, cut anywhere. */
  push(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#take(this.#rest + text.slice(from, end));
      this.#rest = "";
      from = end + 1;
    }
    this.#rest += text.slice(from);
  }

  /** The history, when all of it has been pushed. One without operations proves nothing. */
  end(): ReadHistory {
    if (this.#rest !== "") this.#take(this.#rest);
    this.#rest = "";
    this.#reader?.end();
    const calls = this.#calls.end();
    if (this.#format === undefined || calls.length === 0) {
      throw new UsageError(`${this.#name}: expected operations of a history, got none`);
    }
    return { format: this.#format, calls, lineOf: (place) => this.#calls.lineOf(place) };
  }

  #take(given: string): void {
    this.#line++;
    const isMarked = this.#line === 1 && given.startsWith("\ufeff");
    const line = isMarked ? given.slice(1) : given;
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (this.#reader === undefined) {
      if (/^[\s,]*(;.*)?$/.test(text)) return;
      this.#format ??= this.#formatOf(text);
      this.#reader = this.#readerOf(this.#format);
    }
    this.#reader.push(text, this.#line);
  }

  #formatOf(text: string): HistoryFormat {
    if (
      /\bjepsen\.|^[\d: ,.T+Z-]*(INFO|WARN|DEBUG|ERROR)\b/.test(text) &&
      !/^\s*[[({#]/.test(text)
    ) {
      return "etcd-log";
    }
    if (/^\s*\[?\s*\{\s*("(?:[^"\\]|\\.)*"\s*:|\}|$)/.test(text)) return "jsonl";
    if (/^\s*[[({#]/.test(text)) return "edn";
    const place = { line: this.#line, column: text.search(/\S/) + 1 };
    const what = "expected a history as JSON lines, EDN or Jepsen's log";
    throw complaint(this.#name, place, `${what}, got ${quote(text.trim())}`);
  }

  #readerOf(format: HistoryFormat): LinesReader {
    switch (format) {
      case "jsonl":
        return new JsonLinesReader(this.#name, this.#calls);
      case "edn":
        return new EdnHistoryReader(this.#name, this.#calls);
      case "etcd-log":
        return new EtcdLogReader(this.#name, this.#calls);
    }
  }
}
