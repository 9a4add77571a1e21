import { type Atom, readAtom, readCharacter, readString, readSymbolic } from "./edn-atoms.ts";
import { isBlank, isDelimiter, isDigit } from "./edn-characters.ts";
import { complaint, type Place } from "./place.ts";

/** A form of EDN that is not complete: a bracket that is open, or what has yet to get its value. */
interface Frame extends Place {
  /** The bracket that closes it; of a tag its name, of a discard `_`. */
  readonly kind: "list" | "vector" | "map" | "set" | "tag" | "discard" | "all";
  readonly closes: string;
  readonly items: unknown[];
  /** Of maps: lines and columns of the items, one after the other. */
  readonly places: number[];
}

/** A complete form of those that the text is a sequence of. */
export interface Form extends Place {
  readonly value: unknown;
  /** Of a map, where the value of a key begins. */
  placeOf(key: string): Place;
}

export interface EdnOptions {
  /** By which complaints call the text. */
  readonly name: string;
  /** Takes in a complete form. */
  readonly onForm: (form: Form) => void;
  /** Whether a list or vector is a form as any other, and not a sequence of forms. */
  readonly isWhole?: boolean;
  /** What a tagged form stands for. Default: the form without its tag. */
  readonly onTag?: (tag: string, value: unknown) => unknown;
}

/**
 * Reads EDN line by line, in memory that follows the nesting and not the text. A list or vector
 * that is not within another is taken for the sequence of its items, unless `isWhole`. A map
 * becomes an object whose fields are its keys as texts, a set an array, an atom what
 * {@link readAtom} says. Throws a UsageError with line and column: at once for what is malformed,
 * at the end for what is open.
 */
export class EdnReader {
  readonly #options: EdnOptions;
  readonly #open: Frame[] = [];
  /** A string that has begun on an earlier line, and where. */
  #string: (Place & { readonly raw: string }) | undefined;
  readonly #atoms = new Map<string, Atom>();
  #text = "";
  #line = 0;

  constructor(options: EdnOptions) {
    this.#options = options;
  }

  /** Takes in the next line, without its end. */
  push(text: string, line: number): void {
    this.#text = text;
    this.#line = line;
    let at = this.#string === undefined ? 0 : this.#continueString();
    while (at < text.length) at = this.#token(at);
  }

  /** Complains when something is open. */
  end(): void {
    const open = this.#string ?? this.#open.at(-1);
    if (open === undefined) return;
    const what = this.#string !== undefined ? '"' : this.#open.at(-1)!.closes;
    const shown = what === "" ? "a value after it" : `${what} to close it`;
    throw complaint(this.#options.name, open, `expected ${shown}, got the end of the file`);
  }

  /** Reads what begins there, and says where the next thing may begin. */
  #token(at: number): number {
    const text = this.#text;
    const char = text.charCodeAt(at);
    if (isBlank(char)) return at + 1;
    switch (text[at]) {
      case ";":
        return text.length;
      case '"':
        return this.#beginString(at);
      case "(":
        return this.#begin("list", ")", at);
      case "[":
        return this.#begin("vector", "]", at);
      case "{":
        return this.#begin("map", "}", at);
      case ")":
      case "]":
      case "}":
        this.#close(text[at]!, at);
        return at + 1;
      case "\\":
        return this.#character(at);
      case "#":
        return this.#dispatch(at);
    }
    const end = this.#endOfToken(at);
    const isNumber = isDigit(char);
    const token = text.slice(at, end);
    return this.#atom(isNumber ? readAtom(token) : this.#known(token), at, end);
  }

  /** Few words make up most of a history: what they mean is found out once. */
  #known(token: string): Atom {
    const known = this.#atoms.get(token);
    if (known !== undefined) return known;
    const atom = readAtom(token);
    if (this.#atoms.size < ATOMS_MAX && token.length <= TOKEN_MAX) this.#atoms.set(token, atom);
    return atom;
  }

  #dispatch(at: number): number {
    const next = this.#text[at + 1];
    if (next === "{") return this.#begin("set", "}", at) + 1;
    if (next === "_") return this.#begin("discard", "", at) + 1;
    const end = this.#endOfToken(at + 1);
    if (next === "#") return this.#atom(readSymbolic(this.#text.slice(at + 2, end)), at, end);
    const tag = this.#text.slice(at + 1, end);
    if (!/^\p{L}/u.test(tag)) throw this.#expected("a set, a tag or #_ after #", at + 1);
    this.#begin("tag", "", at);
    this.#open.at(-1)!.items.push(tag);
    return end;
  }

  #character(at: number): number {
    // The character itself may be one that ends tokens.
    const first = this.#text.codePointAt(at + 1);
    if (first === undefined) throw this.#expected("a character after \\", at + 1);
    const end = this.#endOfToken(at + 1 + String.fromCodePoint(first).length);
    return this.#atom(readCharacter(this.#text.slice(at + 1, end)), at, end);
  }

  #atom(atom: Atom, at: number, end: number): number {
    if (atom.expected !== undefined) throw this.#expected(atom.expected, at, end);
    this.#add(atom.value, this.#line, at + 1);
    return end;
  }

  #endOfToken(from: number): number {
    const text = this.#text;
    let end = from;
    while (end < text.length && !isDelimiter(text.charCodeAt(end))) end++;
    return end;
  }

  #beginString(at: number): number {
    this.#string = { raw: "", line: this.#line, column: at + 1 };
    return this.#continueString(at + 1);
  }

  #continueString(from = 0): number {
    const text = this.#text;
    const { raw, ...place } = this.#string!;
    let end = from;
    while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    const more = text.slice(from, end);
    if (end >= text.length) {
      this.#string = { ...place, raw: `${raw}${more}\n` };
      return text.length;
    }
    this.#string = undefined;
    const atom = readString(raw + more);
    if (atom.expected !== undefined) {
      throw complaint(this.#options.name, place, `expected ${atom.expected} in the string`);
    }
    this.#add(atom.value, place.line, place.column);
    return end + 1;
  }

  #begin(kind: Frame["kind"], closes: string, at: number): number {
    const { isWhole = false } = this.#options;
    const isAll = !isWhole && this.#open.length === 0 && (kind === "list" || kind === "vector");
    this.#open.push({
      line: this.#line,
      column: at + 1,
      kind: isAll ? "all" : kind,
      closes,
      items: [],
      places: [],
    });
    return at + 1;
  }

  #close(bracket: string, at: number): void {
    const frame = this.#open.at(-1);
    if (frame?.closes !== bracket) {
      const what = frame === undefined ? "a form" : frame.closes || "a value";
      const since = frame === undefined ? "" : `, which is open since line ${frame.line}`;
      throw this.#expected(`${what}${frame?.closes ? since : ""}`, at, at + 1);
    }
    this.#open.pop();
    if (frame.kind === "all") return;
    this.#add(this.#valueOf(frame), frame.line, frame.column, frame);
  }

  #valueOf(frame: Frame): unknown {
    const { kind, items } = frame;
    if (kind === "map") return this.#mapOf(frame);
    if (kind !== "set") return items;
    const seen = new Set(items.map((item) => JSON.stringify(item)));
    if (seen.size === items.length) return items;
    throw complaint(this.#options.name, frame, "expected a set of distinct items, got one twice");
  }

  #mapOf(frame: Frame): unknown {
    const { items } = frame;
    const complain = (message: string): Error => complaint(this.#options.name, frame, message);
    if (items.length % 2 !== 0) throw complain("expected a value for each key of the map");
    const map: Record<string, unknown> = {};
    for (let i = 0; i < items.length; i += 2) {
      const key = keyOf(items[i]);
      if (Object.hasOwn(map, key)) throw complain(`expected distinct keys, got ${key} twice`);
      // As a field like any other, whatever its name.
      if (key === "__proto__") Object.defineProperty(map, key, { value: items[i + 1], ...PLAIN });
      else map[key] = items[i + 1];
    }
    return map;
  }

  /** A value is complete: it goes to whatever is open, or is a form itself. */
  #add(given: unknown, line: number, column: number, closed?: Frame): void {
    const frame = this.#open.at(-1);
    if (frame === undefined || frame.kind === "all") {
      this.#options.onForm(new TopForm(given, { line, column }, closed));
      return;
    }
    switch (frame.kind) {
      case "discard":
        this.#open.pop();
        return;
      case "tag": {
        this.#open.pop();
        // The first item of a tag's frame is its name.
        const tag = frame.items[0] as string;
        const { onTag } = this.#options;
        const value = onTag === undefined ? given : onTag(tag, given);
        this.#add(value, frame.line, frame.column, closed);
        return;
      }
      case "map":
        frame.places.push(line, column);
        frame.items.push(given);
        return;
      default:
        frame.items.push(given);
    }
  }

  #expected(what: string, at: number, end = at + 12): Error {
    const got = this.#text.slice(at, end);
    const shown = got === "" ? "the end of the line" : JSON.stringify(got);
    const place = { line: this.#line, column: at + 1 };
    return complaint(this.#options.name, place, `expected ${what}, got ${shown}`);
  }
}

class TopForm implements Form {
  readonly value: unknown;
  readonly line: number;
  readonly column: number;
  readonly #frame: Frame | undefined;

  constructor(value: unknown, { line, column }: Place, frame: Frame | undefined) {
    this.value = value;
    this.line = line;
    this.column = column;
    this.#frame = frame;
  }

  placeOf(key: string): Place {
    const { items = [], places = [] } = this.#frame ?? {};
    const i = items.findIndex((item, n) => n % 2 === 0 && keyOf(item) === key);
    if (i < 0) return this;
    return { line: places[2 * i + 2]!, column: places[2 * i + 3]! };
  }
}

const PLAIN = { enumerable: true, configurable: true, writable: true };

/** Keys other than texts by what they look like. */
function keyOf(key: unknown): string {
  return typeof key === "string" ? key : JSON.stringify(key);
}

/** So many words are remembered, and longer ones are not. */
const ATOMS_MAX = 4_096;
const TOKEN_MAX = 40;
