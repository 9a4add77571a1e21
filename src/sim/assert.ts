/** A bug, ours or the protocol's. In a run it becomes a violation, like any broken invariant. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Wrong input: an option, an argument, a plan or a capsule. The message is for the person. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  /**
   * By its name: a scenario of one's own may be made by another copy of this package, as when a
   * loader turns its file, and all that this imports, into CommonJS.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "UsageError";
  }
}

/**
 * Throws an {@link AssertionError} unless the condition holds. The values belong to the message;
 * they are made text only when it is needed, so that an assertion in the event loop costs nothing.
 */
export function assert(
  condition: boolean,
  message: string,
  ...values: readonly (string | number | undefined)[]
): asserts condition {
  if (!condition) fail(message, ...values);
}

/** Throws an {@link AssertionError}: what an assertion in the hottest code calls by itself. */
export function fail(message: string, ...values: readonly (string | number | undefined)[]): never {
  throw new AssertionError([message, ...values].join(" "));
}

/** The default of a switch over a closed union: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}
