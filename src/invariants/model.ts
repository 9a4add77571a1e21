import type { Call } from "./call.ts";

/**
 * An object's sequential specification: what its operations do one after another. States are not
 * changed in place, a step makes a new one.
 */
export interface Model<State = unknown, Operation = unknown> {
  /** As `check --model` names it. */
  readonly name: string;
  /**
   * Understands a call as an operation of this object, its answer included. Undefined leaves the
   * call out of the judgement, as a `fail` that did not happen and an `info` read are. Throws a
   * UsageError that names what is unknown or malformed: `f: expected read or write, got "frob"`.
   */
  readonly read: (call: Call) => Operation | undefined;
  /** Before the first operation; a part begins there, too. */
  readonly init: State;
  /**
   * The state after the operation, or `REFUSED` when it cannot be answered so in this state. The
   * operation of a call that ended with `info` accepts every answer. Deterministic.
   */
  readonly step: (state: State, operation: Operation) => State | typeof REFUSED;
  /**
   * Which part of the object the call is about, if operations on one part neither change nor see
   * another: a history is linearizable if its parts are (Herlihy and Wing 1990, §3.3: locality).
   * Default: there is one part.
   */
  readonly partition?: (call: Call) => string;
  /** Whether two states are one. Default: `===`, and by content where states are objects. */
  readonly equal?: (a: State, b: State) => boolean;
  /** A number or text that equal states share. Default: the state itself, or its content. */
  readonly hash?: (state: State) => number | string;
  /**
   * Whether an operation changes no state at all, whatever it is: a read that was answered, a
   * cas that was refused. Only speeds the search. Default: none is known to be.
   */
  readonly isObserver?: (operation: Operation) => boolean;
  /**
   * Looks at all operations of a part before it is searched, and returns the steps to search it
   * with. They may refuse what no order of all these operations can hold ("that append would hide
   * a value that was read"), and return one state for states that none of them can tell apart; the
   * verdict must be the same with and without. Only speeds the search. Default: nothing is known.
   */
  readonly prepare?: (operations: readonly Operation[]) => Prepared<State, Operation>;
  /**
   * What an operation is if the object is a plain register here: a read that was answered, or a
   * write that always succeeds. A part of which all operations are, and in which no value is
   * written twice, is decided in n log n. Default: none is.
   */
  readonly asRegister?: (operation: Operation) => RegisterView | undefined;
  /** In words, for pictures and messages. Default: f, value and result; JSON of a state. */
  readonly describe?: {
    readonly call?: (call: Call) => string;
    readonly state?: (state: State) => string;
  };
}

/** The steps of a part, when all of its operations are known. */
export type Prepared<State, Operation> = Pick<Model<State, Operation>, "init" | "step">;

/** A read of the value written last, or a write. The first value is that of `init`. */
export interface RegisterView {
  readonly kind: "read" | "write";
  readonly value: unknown;
}

/** What a step returns when the operation cannot be answered so. */
export const REFUSED: unique symbol = Symbol("refused");
