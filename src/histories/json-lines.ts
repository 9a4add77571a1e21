import type { CallsReader, EventFields, EventPlace } from "./calls-reader.ts";
import { columnOfField, findJsonFault } from "./json-scan.ts";
import { complaint, type Place, quote } from "./place.ts";

/**
 * Reads a history of one JSON object a line:
 * `{"process":0,"type":"invoke","f":"read","value":null,"key":"x","time":17}`. Whole numbers that a
 * double cannot hold are taken as texts of their digits, so that no two become one.
 */
export class JsonLinesReader implements EventPlace {
  line = 0;
  column = 1;
  readonly #name: string;
  readonly #calls: CallsReader;
  #text = "";

  constructor(name: string, calls: CallsReader) {
    this.#name = name;
    this.#calls = calls;
  }

  /** Takes in a line; one of blanks only is none. */
  push(text: string, line: number): void {
    if (/^\s*$/.test(text)) return;
    this.#text = text;
    this.line = line;
    this.#calls.add(this.#parse(), this);
  }

  placeOf(field: string): Place {
    return { line: this.line, column: columnOfField(this.#text, field) };
  }

  /** Nothing is open at the end. */
  end(): void {}

  #parse(): EventFields {
    const text = this.#text;
    let value: unknown;
    try {
      value = JSON.parse(LONG_NUMBER.test(text) ? quoteLongNumbers(text) : text);
    } catch (error) {
      const fault = findJsonFault(text);
      // What the scan lets pass and JSON.parse refuses is a bug of the scan.
      if (fault === undefined) throw error;
      const { column, expected, got } = fault;
      const message = `expected ${expected}, got ${got}`;
      throw complaint(this.#name, { line: this.line, column }, message);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const message = `expected one JSON object a line, got ${quote(value)}`;
      throw complaint(this.#name, { line: this.line, column: text.search(/\S/) + 1 }, message);
    }
    // The parse boundary: an object of JSON has string keys.
    return value as EventFields;
  }
}

/** So many digits may be more than a double holds. */
const LONG_NUMBER = /\d{16}/;

function quoteLongNumbers(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
    const isLong = /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token));
    return isLong ? `"${token}"` : token;
  });
}
