// The directory of a virtual disk: names of files, and the changes of names.

import type { FileState } from "./disk-file.ts";

/** A change of the directory. */
export interface NameChange {
  /** Its place among all changes of the disk's life. */
  readonly number: number;
  readonly kind: "create" | "rename" | "remove";
  readonly name: string;
  /** The new name, of a rename. */
  readonly to: string | undefined;
  readonly file: FileState;
}

/** Makes the change in a directory. */
export function applyName(names: Map<string, FileState>, change: NameChange): void {
  if (change.kind === "create") names.set(change.name, change.file);
  else names.delete(change.name);
  if (change.to !== undefined) names.set(change.to, change.file);
}

/** The names whose order a change of the directory is part of. */
export function namesOf({ name, to }: NameChange): readonly string[] {
  return to === undefined ? [name] : [name, to];
}
