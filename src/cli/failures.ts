/** Where capsules are written, from the working directory. */
export const FAILURES = "failures";
