import { contentOf, isSameContent } from "../linearizability/content.ts";
import type { Model } from "../model.ts";

/** Numbers equal states alike, from 0 on. */
export class StateNumbers<State> {
  readonly states: State[] = [];
  readonly #model: Pick<Model<State>, "equal" | "hash">;
  /** By hash the numbers of the states that share it. */
  readonly #numbers = new Map<unknown, number[]>();

  constructor(model: Pick<Model<State, never>, "equal" | "hash">) {
    this.#model = model;
  }

  numberOf(state: State): number {
    const { equal = isSameContent, hash = contentOf } = this.#model;
    const key = hash(state);
    const numbers = this.#numbers.get(key) ?? [];
    if (numbers.length === 0) this.#numbers.set(key, numbers);
    const known = numbers.find((number) => equal(this.states[number]!, state));
    if (known !== undefined) return known;
    numbers.push(this.states.length);
    return this.states.push(state) - 1;
  }
}
