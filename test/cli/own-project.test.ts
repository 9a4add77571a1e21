// What somebody does who tests a protocol of their own: from `init` to a failure that is replayed.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { callCli, makeFolder } from "../support/cli.ts";
import { makeProject } from "../support/own-project.ts";

const project = makeProject();
const other = makeFolder();
afterAll(() => {
  project.remove();
  other.remove();
});

const pathOf = (name: string): string => join(project.path, name);
const read = (name: string): string => readFileSync(pathOf(name), "utf8");

const templateOf = (name: string): string => readFileSync(`templates/${name}`, "utf8");

const FILES = ["my.scenario.ts", "my.test.ts", "stormglass.config.ts"];

describe("stormglass init", () => {
  it("writes a scenario, its test and a config, and says what to do next", async () => {
    const { status, stdout, stderr } = await callCli("init", join(other.path, "new"));
    expect(stderr).toBe("");
    expect(stdout).toContain(`wrote ${join(other.path, "new", "my.scenario.ts")}\n`);
    expect(stdout).toContain(`\n  cd ${join(other.path, "new")}\n`);
    expect(stdout).toContain("\n  npx stormglass run ./my.scenario.ts --seed 7 ");
    expect(status).toBe(0);
    expect(readdirSync(join(other.path, "new")).sort()).toEqual(FILES);
    for (const name of FILES)
      expect(readFileSync(join(other.path, "new", name), "utf8")).toBe(templateOf(name));
  });

  it("names a folder as a shell reads it", async () => {
    const { stdout } = await callCli("init", join(other.path, "my own"));
    expect(stdout).toContain(`\n  cd '${join(other.path, "my own")}'\n`);
  });

  it("names what the project lacks first", async () => {
    const bare = join(other.path, "bare");
    mkdirSync(bare);
    writeFileSync(join(bare, "package.json"), '{ "type": "commonjs" }');
    const { stdout } = await callCli("init", bare);
    const cd = "Next:\\n  cd .*";
    const install = "  npm install --save-dev(?: tsx)? vitest .*";
    expect(stdout).toMatch(new RegExp(`${cd}\n(?:  npm pkg .*\n)?${install}\n  npx `));
  });

  it("names nothing that the project has", () => {
    const { stdout } = project.run("stormglass", ["init", "fresh"]);
    rmSync(pathOf("fresh"), { recursive: true });
    expect(stdout).toContain(". Next:\n  cd fresh\n  npx stormglass run ");
  });

  it("overwrites nothing, and then writes nothing", async () => {
    writeFileSync(join(other.path, "my.test.ts"), "mine");
    const { status, stdout, stderr } = await callCli("init", other.path);
    const there = join(other.path, "my.test.ts");
    expect(stderr).toBe(`stormglass: ${there}: expected no such file, found one\n`);
    expect(stdout).toBe("");
    expect(status).toBe(2);
    expect(readFileSync(there, "utf8")).toBe("mine");
    expect(readdirSync(other.path)).not.toContain("my.scenario.ts");
  });

  it("takes what is no folder in bad part", async () => {
    const { status, stderr } = await callCli("init", pathOf("package.json"));
    expect(stderr).toMatch(
      /^stormglass: .*package\.json: expected a folder to write to: E\w+.*\n$/,
    );
    expect(status).toBe(2);
  });
});

describe("what init has written", () => {
  for (const name of FILES) project.write(name, templateOf(name));

  it("has the types that strict rules ask for", () => {
    const flags = [
      ...["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"],
      ...["--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--verbatimModuleSyntax"],
      ...["--erasableSyntaxOnly", "--noUnusedLocals", "--types", "node", "--ignoreConfig"],
    ];
    expect(project.run("tsc", [...flags, ...FILES]).stdout).toBe("");
  });

  it("runs, and holds in a campaign of what the config says", () => {
    const ran = project.run("stormglass", ["run", "./my.scenario.ts#register", "--seed", "7"]);
    expect(ran.stdout).toMatch(/^register held, seed 7\n/);
    const { status, stdout, stderr } = project.run("stormglass", [
      "fuzz",
      "--seeds",
      "10",
      "--jobs",
      "1",
    ]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/\nregister +10 /);
    expect(status).toBe(0);
  });

  it("passes its own test", () => {
    const { status, stdout } = project.run("vitest", ["run", "my.test.ts"], {
      STORMGLASS_SEEDS: "5",
    });
    expect(stdout).toContain("1 passed");
    expect(status).toBe(0);
  });

  it("has a bug when its reads do not store, which is found, kept and replayed", () => {
    project.write(
      "my.scenario.ts",
      read("my.scenario.ts").replace("boolean = true", "boolean = false"),
    );
    const { status, stdout } = project.run("stormglass", [
      "fuzz",
      "--until-failure",
      "--jobs",
      "1",
    ]);
    expect(stdout).toContain("register broke ATOMIC");
    expect(status).toBe(1);
    const [capsule] = readdirSync(pathOf("failures"));
    // The capsule alone says where its scenario is.
    project.write("stormglass.config.ts", "export default {};");
    const replayed = project.run("stormglass", ["replay", `failures/${capsule}`]);
    expect(replayed.stdout).toMatch(/^the same run: /);
    expect(replayed.status).toBe(1);
    // What is left when it is shrunk may fail with another seed.
    const [, seed] = /found with seed (\d+)/.exec(stdout)!;
    const only = { STORMGLASS_SEED: seed! };
    const tested = project.run("vitest", ["run", "my.test.ts"], only).stderr;
    expect(tested).toContain(`Error: register broke ATOMIC at `);
    expect(tested).toContain(`  run it again: STORMGLASS_SEED=${seed} npx vitest run -t 'the reg`);
    expect(tested).toMatch(/❯ my\.test\.ts:5:1/);
  });
});

describe("stormglass.config", () => {
  it("gives defaults where flags win, and is checked when it is read", () => {
    project.write("my.scenario.ts", templateOf("my.scenario.ts"));
    const config =
      'export default { scenarios: ["./my.scenario.ts"], seeds: 2, from: 7, jobs: 1 };';
    project.write("stormglass.config.ts", config);
    expect(project.run("stormglass", ["fuzz"]).stdout).toMatch(/\nregister +2 /);
    expect(project.run("stormglass", ["fuzz", "--seeds", "1"]).stdout).toMatch(/\nregister +1 /);
    project.write("stormglass.config.ts", "export default { seeds: 0 };");
    const { status, stdout, stderr } = project.run("stormglass", ["fuzz"]);
    const expected = "expected a whole number of at least 1, got 0";
    expect(stderr).toBe(`stormglass: stormglass.config.ts: seeds: ${expected}\n`);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });
});
