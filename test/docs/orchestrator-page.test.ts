// docs/orchestrator.md names every request, every status and every error that there is.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { REQUESTS } from "../../src/protocols/orchestrator/operation.ts";
import {
  ERRORS,
  TASK_STATUSES,
  VM_STATUSES,
  WORKER_STATUSES,
} from "../../src/protocols/orchestrator/types.ts";
import { READ_WAYS } from "../../src/protocols/replicated/task.ts";

const page = readFileSync("docs/orchestrator.md", "utf8");

/** What the rows of a section's table are about. */
function rowsOf(section: string): string[] {
  const [, text = ""] = new RegExp(`\n## ${section}\n([\\s\\S]*?)(?=\n## |$)`).exec(page) ?? [];
  return [...text.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => name!);
}

it("has a row for each request, each error and each way to read", () => {
  expect(rowsOf("Requests")).toEqual([...REQUESTS]);
  expect(rowsOf("Errors")).toEqual([...ERRORS]);
  expect(rowsOf("Reads")).toEqual([...READ_WAYS]);
});

it.each([
  ["A worker is", WORKER_STATUSES],
  ["A machine is", VM_STATUSES],
  ["A task is", TASK_STATUSES],
])("says what %s", (sentence, statuses) => {
  const [, text = ""] = new RegExp(`- ${sentence}([\\s\\S]*?)(?=\\n- |\\n\\n)`).exec(page) ?? [];
  const named = [...text.matchAll(/`([a-z]+)`/g)].map(([, name]) => name);
  expect(named).toEqual([...statuses]);
});
