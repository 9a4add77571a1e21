/** What the process says when it ends. */
export const ExitCode = {
  held: 0,
  /** An invariant was broken, a goal missed, or an expectation never met. */
  violated: 1,
  wrongUsage: 2,
  notDeterministic: 3,
  /** A bound was reached before a history could be judged, or parts of a campaign are missing. */
  undecided: 4,
  /** Nothing found, and not all was run: as shells have it, 128 and the signal SIGINT. */
  interrupted: 130,
  /** EX_SOFTWARE of sysexits.h: stormglass itself has failed. */
  internalError: 70,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
