import type { Intervals } from "./intervals.ts";

/** What is wrong with what was appended to a text. Calls by their places. */
export type TokensFault =
  | { readonly kind: "unknown"; readonly text: string }
  | { readonly kind: "twice"; readonly token: string; readonly calls: readonly number[] }
  | { readonly kind: "order"; readonly earlier: number; readonly later: number };

/**
 * Takes texts apart into what was appended. Only where that can be done in one way: no appended
 * text is the beginning of another, as with words that end in a mark, or that are all as long.
 */
export class Tokens {
  /** By text: the calls that appended it, in order of invocation. */
  readonly #appends = new Map<string, number[]>();
  readonly #lengths: readonly number[];
  readonly #intervals: Intervals;
  readonly isPlain: boolean;
  /** How many characters more are taken apart: enough for most, and never too long. */
  #budget = 1_000_000;

  constructor(tokens: readonly (string | undefined)[], intervals: Intervals) {
    this.#intervals = intervals;
    tokens.forEach((token, call) => {
      if (token === undefined) return;
      const known = this.#appends.get(token);
      if (known === undefined) this.#appends.set(token, [call]);
      else known.push(call);
    });
    const texts = [...this.#appends.keys()].sort();
    this.#lengths = [...new Set(texts.map((text) => text.length))].sort((a, b) => a - b);
    // In order of text a beginning stands right before one that begins with it.
    this.isPlain = texts.every((text, i) => !(texts[i + 1] ?? "\0").startsWith(text));
  }

  /** What is wrong for certain with a text that was appended between two moments. */
  faultOf(text: string, after: number, before: number): TokensFault | undefined {
    this.#budget -= text.length;
    if (!this.isPlain || this.#budget < 0) return undefined;
    const parts = this.#parts(text);
    if (typeof parts === "string") return { kind: "unknown", text: parts };
    return this.#doubled(parts, after, before) ?? this.#reordered(parts);
  }

  /** The texts it is made of, or the rest at which that is not known. */
  #parts(text: string): string[] | string {
    const parts: string[] = [];
    let at = 0;
    while (at < text.length) {
      const length = this.#lengths.find((each) => this.#appends.has(text.substr(at, each)));
      if (length === undefined || at + length > text.length) return text.slice(at);
      parts.push(text.substr(at, length));
      at += length;
    }
    return parts;
  }

  #doubled(parts: readonly string[], after: number, before: number): TokensFault | undefined {
    const { begins, ends } = this.#intervals;
    const counts = new Map<string, number>();
    for (const token of parts) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const [token, count] of counts) {
      const all = this.#appends.get(token)!;
      if (all.length > 64) continue;
      const calls = all.filter((call) => begins[call]! < before && ends[call]! > after);
      if (calls.length < count) return { kind: "twice", token, calls };
    }
    return undefined;
  }

  /** Of texts appended once: one that stands before another which had returned before it began. */
  #reordered(parts: readonly string[]): TokensFault | undefined {
    const { begins, ends } = this.#intervals;
    let later: number | undefined;
    for (const token of parts) {
      const [call, another] = this.#appends.get(token)!;
      if (call === undefined || another !== undefined) continue;
      if (later !== undefined && ends[call]! < begins[later]!) {
        return { kind: "order", earlier: call, later };
      }
      if (later === undefined || begins[call]! > begins[later]!) later = call;
    }
    return undefined;
  }
}
