import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../sim/assert.ts";

/** Reads a file that the user named; one that cannot be read is wrong usage. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path}: expected a file to read: ${(error as Error).message}`);
  }
}

/** Whether a file could be written; if not, that is better said before the work than after it. */
export function checkWritable(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${path}: expected a file to write, found a folder`);
  }
  const draft = `${path}.part`;
  try {
    writeFileSync(draft, "");
    rmSync(draft);
  } catch (error) {
    throw new UsageError(`${path}: expected a place to write: ${(error as Error).message}`);
  }
}

/** The same of a file whose folder is made if there is none. */
export function makeWritable(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new UsageError(`${path}: expected a place to write: ${(error as Error).message}`);
  }
  checkWritable(path);
}

/** Whether a file could be added to that others write to as well: what stands in it stays. */
export function checkAppendable(path: string): void {
  appendText(path, "");
}

/**
 * Writes a file that the user named, all of it or nothing: whoever is interrupted leaves the former
 * one. A place where nothing can be written is wrong usage.
 */
export function writeText(path: string, text: string): void {
  const draft = `${path}.part`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch (error) {
    throw new UsageError(`${path}: expected a place to write: ${(error as Error).message}`);
  }
}

/** Adds to the end of a file; a place where nothing can be written is wrong usage. */
export function appendText(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${path}: expected a place to write: ${(error as Error).message}`);
  }
}
