import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { runChanged } from "../mutants/harness.ts";
import type { Change } from "../mutants/mutant.ts";
import { BUILT } from "./build.ts";

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program. */
export const MAIN = join(process.cwd(), "src/cli/main.ts");

/** The program as it is built. */
export const BUILT_MAIN = join(BUILT, "dist/cli/main.js");

/** The command line as it is built, in a process of its own that works in this folder. */
export function spawnCli(folder: string, args: readonly string[], change?: Change): Ended {
  const { status, stdout, stderr } = runChanged(change, ["src/cli/main.js", ...args], folder);
  return { status: status ?? -1, stdout, stderr };
}

/** The command line from its source, in a process of its own that works in this folder. */
export function spawnSource(folder: string, args: readonly string[]): Ended {
  const tsx = import.meta.resolve("tsx/esm");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", tsx, MAIN, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status: status ?? -1, stdout, stderr };
}

/** The command line as it is built, in a process of its own, which runs beside this one. */
export function runBuilt(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [BUILT_MAIN, ...args]);
  const written = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => {
    written.stdout += text;
  });
  child.stderr.on("data", (text) => {
    written.stderr += text;
  });
  return new Promise((resolve) => {
    child.on("close", (status) => resolve({ status: status ?? -1, ...written }));
  });
}

/** The command line with a reader who leaves after the first lines, as `head` does. */
export function spawnForHead(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...args]);
  const written = { stdout: "", stderr: "" };
  child.stderr.on("data", (text) => {
    written.stderr += text;
  });
  child.stdout.once("data", (text) => {
    written.stdout += text;
    child.stdout.destroy();
  });
  return new Promise((resolve) => {
    child.on("close", (status) => resolve({ status: status ?? -1, ...written }));
  });
}

let calls = 0;

/** The command line in this process: a fresh copy of its main module each time. */
export async function callCli(...args: readonly string[]): Promise<Ended> {
  const written = { stdout: "", stderr: "" };
  const to = (stream: keyof typeof written, end: string) => (text: unknown) => {
    written[stream] += `${text}${end}`;
    return true;
  };
  const spies = [
    vi.spyOn(console, "log").mockImplementation(to("stdout", "\n")),
    vi.spyOn(console, "error").mockImplementation(to("stderr", "\n")),
    vi.spyOn(process.stdout, "write").mockImplementation(to("stdout", "")),
    vi.spyOn(process.stderr, "write").mockImplementation(to("stderr", "")),
  ];
  const before = { argv: process.argv, exitCode: process.exitCode };
  const listeners = process.stdout.listeners("error");
  process.argv = [process.execPath, "stormglass", ...args];
  process.exitCode = undefined;
  try {
    await import(/* @vite-ignore */ `../../src/cli/main.ts?call=${calls++}`);
    return { status: Number(process.exitCode ?? 0), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    for (const listener of process.stdout.listeners("error")) {
      // A listener of "error" takes an error.
      if (!listeners.includes(listener)) process.stdout.off("error", listener as () => void);
    }
    process.argv = before.argv;
    process.exitCode = before.exitCode;
  }
}

/** An empty folder for one test file; `remove` it when the tests are done. */
export function makeFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "stormglass-"));
  return { path, remove: () => rmSync(path, { recursive: true }) };
}
