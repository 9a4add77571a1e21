import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { OverBudget } from "../../../src/campaign/budget.ts";
import { perturbedEnv } from "../../../src/campaign/verify/perturbation.ts";
import { Verifier, withoutProgram } from "../../../src/campaign/verify/verifier.ts";
import { findScenario } from "../../../src/scenarios/catalogue.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import { plan, run } from "../../../src/sim/scenario.ts";
import { makeFolder } from "../../support/cli.ts";
import { fileIn } from "../../support/own-scenarios.ts";

const loader = new URL("../../../src/cli/scenario-loader.ts", import.meta.url).href;
const scenario = findScenario("raft-initial-election");
const planned = plan(scenario, "1");
const verifier = new Verifier({ loader });
afterAll(() => verifier.close());

describe("a verifier", () => {
  it("makes the same runs in another process, many at once", async () => {
    const plans = ["1", "2", "3"].map((seed) => plan(scenario, seed));
    const runs = plans.map((one) => verifier.fingerprintOf({ name: scenario.name }, one));
    const elsewhere = (await Promise.all(runs)).map(({ fingerprint }) => fingerprint);
    expect(elsewhere).toEqual(plans.map((one) => run(scenario, one).fingerprint));
  });

  it("tells of a scenario or a file that is not there, and goes on", async () => {
    const unknown = verifier.fingerprintOf({ name: "nope" }, planned);
    await expect(unknown).rejects.toThrow(UsageError);
    const file = fileURLToPath(new URL("./none.ts", import.meta.url));
    await expect(verifier.fingerprintOf({ name: "nope", file }, planned)).rejects.toThrow(
      "none.ts",
    );
    const { steps } = await verifier.fingerprintOf({ name: scenario.name }, planned);
    expect(steps).toBeGreaterThan(0);
  });

  it("gives up what takes too long, and starts another process", async () => {
    const hasty = new Verifier({ loader, secondsMax: 0.001 });
    const asked = hasty.fingerprintOf({ name: scenario.name }, planned);
    await expect(asked).rejects.toThrow(new OverBudget("no end in another process after 0.001 s"));
    const again = hasty.fingerprintOf({ name: scenario.name }, planned);
    await expect(again).rejects.toThrow(OverBudget);
  });

  it("fails what it was asked when its process ends, and starts another", async () => {
    const broken = verifier.fresh();
    const asked = broken.fingerprintOf({ name: scenario.name }, planned);
    broken.close();
    await expect(asked).rejects.toThrow("the process that verifies: it ended with SIGTERM");
    const { fingerprint } = await broken.fingerprintOf({ name: scenario.name }, planned);
    broken.close();
    expect(fingerprint).toBe(run(scenario, planned).fingerprint);
  });
});

describe("the process of a verifier", () => {
  it("ends with the one that has begun it, even if that is killed before it is ready", async () => {
    const urlOf = (path: string) => JSON.stringify(pathToFileURL(path).href);
    const code = `
      import { ChildProcess } from "node:child_process";
      import { Verifier } from ${urlOf("src/campaign/verify/verifier.ts")};
      const { spawn } = ChildProcess.prototype;
      ChildProcess.prototype.spawn = function (options) {
        const result = spawn.call(this, options);
        console.log(this.pid);
        return result;
      };
      void new Verifier({ loader: ${JSON.stringify(loader)} }).fingerprintOf({ name: "any" }, {});
      process.kill(process.pid, "SIGKILL");`;
    const folder = makeFolder();
    const file = fileIn(folder.path, "parent.mts", code);
    const flags = ["--import", "tsx", file];
    const { stdout, signal } = spawnSync(process.execPath, flags, { encoding: "utf8" });
    folder.remove();
    expect(signal).toBe("SIGKILL");
    const orphan = Number(stdout);
    expect(orphan).toBeGreaterThan(0);
    await vi.waitFor(() => expect(() => process.kill(orphan, 0)).toThrow("ESRCH"), 20_000);
  });
});

describe("the flags of a verifier's process", () => {
  it.each([
    [
      ["--import", "tsx", "--eval", "code", "--no-warnings"],
      ["--import", "tsx", "--no-warnings"],
    ],
    [["--input-type=module", "-e", "code"], []],
    [["--input-type", "module", "--print", "code", "--conditions=x"], ["--conditions=x"]],
    [["--eval=code", "--inspect-brk=9230", "--enable-source-maps"], ["--enable-source-maps"]],
  ])("are of %j those without program and debugger", (flags, left) => {
    expect(withoutProgram(flags)).toEqual(left);
  });
});

describe("the environment of a verifier", () => {
  const env = { PATH: "/bin", GREETING: "hello", COUNT: "3", LANG: "C", HOST: "a", CI: "true" };
  const perturbed = perturbedEnv({ env, locale: "en-US", timeZone: "UTC" });

  it("has other values and more variables, in another order", () => {
    expect(perturbed).toMatchObject({ GREETING: "hello~", COUNT: "4", HOST: "a~" });
    const order = Object.keys(perturbed).filter((name) => ["GREETING", "HOST"].includes(name));
    expect(order).toEqual(["HOST", "GREETING"]);
    expect(Object.keys(perturbed)[0]).toBe("AN_ENVIRONMENT");
  });

  it("has another locale and time zone, whatever they are here", () => {
    const turkish = perturbedEnv({ env, locale: "tr-TR", timeZone: "Pacific/Chatham" });
    expect(perturbed).toMatchObject({ LANG: "tr_TR.UTF-8", TZ: "Pacific/Chatham" });
    expect(turkish).toMatchObject({ LC_ALL: "et_EE.UTF-8", TZ: "America/St_Johns" });
  });

  it("says of a machine of continuous integration that it is none, and the other way round", () => {
    expect(perturbed).not.toHaveProperty("CI");
    expect(perturbedEnv({ env: {}, locale: "en", timeZone: "UTC" }).CI).toBe("true");
  });

  it("leaves what tells where things are", () => {
    expect(perturbed.PATH).toBe("/bin");
  });
});
