import { spawnSync } from "node:child_process";
import type { Code } from "../campaign/capsule/code.ts";
import { VERSION } from "../campaign/version.ts";
import { FAILURES } from "./failures.ts";

/** This code: versions, and of the git repository of the working directory, if it is in one. */
export function codeOfNow(): Code {
  const code = { version: VERSION, node: process.version };
  const commit = git("rev-parse", "HEAD");
  if (commit === undefined) return code;
  // What failures leave behind is no change of the code.
  const changes = git("status", "--porcelain", "--", ":/", `:(exclude)${FAILURES}`);
  return { ...code, commit, ...(changes === undefined ? {} : { isDirty: changes !== "" }) };
}

/** What git prints; undefined when there is no git, or no repository. */
function git(...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("git", [...args], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
