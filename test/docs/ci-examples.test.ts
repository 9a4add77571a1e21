// The commands of examples/ci, in order and as a runner runs them, with fewer shards and seeds.

import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeProject } from "../support/own-project.ts";

const project = makeProject();
afterAll(project.remove);
project.write("my.scenario.ts", readFileSync("templates/my.scenario.ts", "utf8"));
project.write("stormglass.config.ts", 'export default { scenarios: ["./my.scenario.ts"] };');
const at = (name: string): string => join(project.path, name);

const SHARDS = [1, 2];

describe("the matrix of GitHub Actions", () => {
  const workflow = readFileSync("examples/ci/github-actions.yml", "utf8");
  /** What `run` says, a folded block as one line. */
  const commands = [...workflow.matchAll(/^ +- run: (?:>-\n((?: {10}.*\n)+)|(.*)\n)/gm)].map(
    ([, folded, line]) => folded?.replaceAll(/\s+/g, " ").trim() ?? line!,
  );

  it("has as many shards as its command says", () => {
    const [, shards = ""] = /shard: \[(.*)\]/.exec(workflow) ?? [];
    const numbers = shards.split(", ").map(Number);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    expect(commands).toHaveLength(4);
    expect(commands[1]).toContain(`/${numbers.length} `);
  });

  it("makes a report of each shard, and one of all of them", () => {
    for (const shard of SHARDS) {
      const command = commands[1]!
        .replaceAll(/\$\{\{ matrix\.shard \}\}/g, String(shard))
        .replace(/\$\{\{ github\.run_number \}\}/, "7")
        .replace("/16", "/2")
        .replace("100000 ", "6 ");
      const { status, stderr } = project.runScript(command);
      expect([status, stderr]).toEqual([0, ""]);
    }
    // What upload-artifact and download-artifact do.
    mkdirSync(at("reports"));
    project.runScript("mv report-*.json reports");
    const environment = { GITHUB_STEP_SUMMARY: at("summary.md") };
    const { status, stdout, stderr } = project.runScript(commands[3]!, environment);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\nregister +6 /);
    expect(readFileSync(at("summary.md"), "utf8")).toContain("### stormglass: ");
    expect(readFileSync(at("campaign.html"), "utf8")).toContain("register");
    const { from } = JSON.parse(readFileSync(at("reports/report-1.json"), "utf8"));
    expect(from).toBe(700_000);
  });
});

describe("the Indexed Job of Kubernetes", () => {
  const job = readFileSync("examples/ci/kubernetes-indexed-job.yaml", "utf8");
  const [, block = ""] = /args:\n +- \|\n((?: {14}.*\n)+)/.exec(job) ?? [];
  const script = block
    .replaceAll(/^ {14}/gm, "")
    .replace("/reports/", `${at("volume")}/`)
    .replace("index/16", "index/2")
    .replace("--seeds 1000000", "--seeds 6");

  it("has as many pods as its command says", () => {
    expect(job).toContain("completions: 16\n");
    expect(block).toContain("--shard index/16 ");
  });

  it("makes a report in each pod, which goes on with it when it is started again", () => {
    mkdirSync(at("volume"));
    for (const index of ["0", "1", "1"]) {
      const { status, stdout, stderr } = project.runScript(script, { JOB_COMPLETION_INDEX: index });
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/\nregister +3 /);
    }
    expect(readdirSync(at("volume"))).toEqual(["0.json", "1.json"]);
    const [, merge = ""] = /npx stormglass (merge .*)$/m.exec(job) ?? [];
    const args = merge.replace("/reports", "volume").replace("campaign.html", "pods.html");
    expect(project.runScript(`npx stormglass ${args} --reporter text`).stdout).toMatch(
      /\nregister +6 /,
    );
    expect(existsSync(at("pods.html"))).toBe(true);
  });
});
