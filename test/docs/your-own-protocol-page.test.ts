import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { callCli } from "../support/cli.ts";
import { makeProject } from "../support/own-project.ts";

const page = readFileSync("docs/your-own-protocol.md", "utf8");
const actions = readFileSync("examples/ci/github-actions.yml", "utf8");
const job = readFileSync("examples/ci/kubernetes-indexed-job.yaml", "utf8");

/** The programs of the page by the file that their first line names. */
const programs = [...page.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)].map(
  ([, name, text]) => [name!, text!] as const,
);

describe("the page of a protocol of one's own", () => {
  const project = makeProject();
  afterAll(project.remove);

  it("shows programs that have their types and run", () => {
    const names = ["stormglass.config.ts", "lock.test.ts", "lock.property.test.ts"];
    expect(programs.map(([name]) => name)).toEqual(names);
    for (const [name, text] of programs) {
      // The same plans each time.
      project.write(name, text.replace("{ numRuns: 20 }", "{ numRuns: 20, seed: 1 }"));
    }
    const scenario = readFileSync(join("templates", "my.scenario.ts"), "utf8");
    project.write("my.scenario.ts", scenario);
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
    const rest = ["--skipLibCheck", "--types", "node", "--ignoreConfig", ...names];
    expect(project.run("tsc", [...flags, ...rest]).stdout).toBe("");
    const { stdout, stderr } = project.run("vitest", ["run"], { STORMGLASS_SEEDS: "5" });
    expect(stderr).toBe("");
    expect(stdout).toContain("2 passed");
  });
});

it("has a command that waits for a debugger, and the same program for an editor", () => {
  const [, command = ""] = /^```sh\nnode (--inspect-brk .*)\n```$/m.exec(page)!;
  const [flag, program, ...args] = command.split(" ");
  const [, json = ""] = /^```json\n(.*?)^```$/ms.exec(page)!;
  const launch = JSON.parse(json);
  expect([flag, args[0]]).toEqual(["--inspect-brk", "replay"]);
  expect(launch.program).toBe(`\${workspaceFolder}/${program}`);
  expect(launch.args).toEqual(["replay", `\${file}`]);
  const { bin } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(program).toBe(`node_modules/stormglass/${bin.stormglass}`);
});

describe("the examples for CI", () => {
  it.each([
    ["GitHub Actions", "fuzz", actions],
    ["GitHub Actions", "merge", actions],
    ["Kubernetes", "fuzz", job],
  ])("of %s name only options that %s has", async (_, command, text) => {
    const { stdout } = await callCli(command, "--help");
    const commands = text.replaceAll(/\n +--/g, " --").matchAll(/npx stormglass (\w+)(.*)$/gm);
    const lines = [...commands].filter(([, name]) => name === command);
    const options = lines.flatMap(([, , rest]) => rest!.match(/--[a-z-]+/g) ?? []);
    expect(options.length).toBeGreaterThan(0);
    expect(options.filter((option) => !stdout.includes(`  ${option} <`))).toEqual([]);
  });

  it("have as many shards as the parts that they say", () => {
    const [, list] = /shard: \[(.*)\]/.exec(actions)!;
    expect(list!.split(", ").map(Number)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    expect(actions).toMatch(/--shard \$\{\{ matrix\.shard \}\}\/16\n/);
    expect(job).toMatch(/completions: 16\n/);
    expect(job).toContain("--shard index/16");
  });
});
