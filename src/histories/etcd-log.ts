import type { CallsReader, EventFields, EventPlace } from "./calls-reader.ts";
import { EdnReader, type Form } from "./edn.ts";
import type { Place } from "./place.ts";

/**
 * Reads a history from Jepsen's log: `INFO  jepsen.util - 0	:invoke	:read	nil`, that is process,
 * type, f and value, and perhaps an error. All other lines are left alone. The value `:timed-out`
 * of a `:fail` or `:info` is its reason.
 */
export class EtcdLogReader implements EventPlace {
  line = 0;
  column = 1;
  readonly #name: string;
  readonly #calls: CallsReader;
  #columns: readonly number[] = [];

  constructor(name: string, calls: CallsReader) {
    this.#name = name;
    this.#calls = calls;
  }

  /** Takes in a line of the log. */
  push(text: string, line: number): void {
    const found = EVENT.exec(text)?.groups;
    if (found === undefined) return;
    const { head = "", process = "", type, f, value = "" } = found;
    this.line = line;
    this.column = head.length + 1;
    this.#columns = columnsOf(text, this.column);
    const isNumber = /^\d+$/.test(process);
    const fields: EventFields = {
      process: isNumber ? Number(process) : process.replace(/^:/, ""),
      type,
      f,
      value: this.#value(value, text.length - value.length),
    };
    this.#calls.add(fields, this);
  }

  placeOf(field: string): Place {
    const column = this.#columns[FIELDS.indexOf(field)] ?? this.column;
    return { line: this.line, column };
  }

  /** Nothing is open at the end. */
  end(): void {}

  /** The first form of what is left of the line; what comes after it is an error in words. */
  #value(text: string, columnsBefore: number): unknown {
    const [form = ""] = /^[^\t]*/.exec(text) ?? [];
    const found: unknown[] = [];
    const onForm = ({ value }: Form): unknown => found.push(value);
    const edn = new EdnReader({ name: this.#name, onForm, isWhole: true });
    // Columns as they are in the line.
    edn.push(`${" ".repeat(columnsBefore)}${form}`, this.line);
    edn.end();
    return found[0];
  }
}

const FIELDS = ["process", "type", "f", "value"];

const HEAD = /(?<head>.*\bINFO\b.*\bjepsen\.util\s+(?:-\s+)?)/.source;
const WHO = /(?<process>\d+|:nemesis)\s+:(?<type>invoke|ok|fail|info)/.source;
const WHAT = /:(?<f>\S+)\s+(?<value>\S.*)/.source;
const EVENT = new RegExp(`^${HEAD}${WHO}\\s+${WHAT}$`);

/** Where the words of the event begin. */
function columnsOf(text: string, from: number): number[] {
  return [...text.slice(from - 1).matchAll(/\S+/g)].map(({ index }) => from + index);
}
