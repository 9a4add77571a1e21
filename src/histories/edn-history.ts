import { type CallsReader, type EventFields, KeyedValue } from "./calls-reader.ts";
import { EdnReader, type Form } from "./edn.ts";
import { complaint, quote } from "./place.ts";

/**
 * Reads a history as Jepsen and Knossos write it: EDN maps, one a line or in one vector, such as
 * `{:process 0, :type :invoke, :f :read, :value nil, :key "x", :time 17, :index 3}`. A tuple of
 * jepsen.independent is a key with its value. Other tags are left out.
 */
export class EdnHistoryReader {
  readonly #name: string;
  readonly #calls: CallsReader;
  readonly #edn: EdnReader;

  constructor(name: string, calls: CallsReader) {
    this.#name = name;
    this.#calls = calls;
    this.#edn = new EdnReader({ name, onForm: (form) => this.#take(form), onTag: untagged });
  }

  push(text: string, line: number): void {
    this.#edn.push(text, line);
  }

  end(): void {
    this.#edn.end();
  }

  #take(form: Form): void {
    const { value } = form;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw complaint(this.#name, form, `expected the map of an operation, got ${quote(value)}`);
    }
    // The parse boundary: what is an object and no array is a map, whose keys are texts.
    this.#calls.add(value as EventFields, form);
  }
}

function untagged(tag: string, value: unknown): unknown {
  if (!/^jepsen\.independent[./][Tt]uple$/.test(tag) || !Array.isArray(value)) return value;
  return new KeyedValue(value[0], value[1]);
}
