import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILT } from "./build.ts";
import { type Ended, makeFolder } from "./cli.ts";

/** A project of somebody who has installed this package, as built from the source that there is. */
export interface OwnProject {
  readonly path: string;
  readonly remove: () => void;
  /** Runs a script as a runner of CI would, with `npx` for programs of installed packages. */
  readonly runScript: (script: string, environment?: Environment) => Ended;
  /** Runs a program of a package, such as `stormglass` or `vitest`, in the project. */
  readonly run: (program: string, args: readonly string[], environment?: Environment) => Ended;
  readonly write: (name: string, text: string) => void;
}

type Environment = Readonly<Record<string, string>>;

const ROOT = process.cwd();

const PROGRAMS: Readonly<Record<string, string>> = {
  stormglass: "node_modules/stormglass/dist/cli/main.js",
  vitest: "node_modules/vitest/vitest.mjs",
  tsc: "node_modules/typescript/bin/tsc",
};

/** Puts the package, as it is built, into a project that has nothing else. */
export function makeProject(): OwnProject {
  const { path, remove } = makeFolder();
  const modules = join(path, "node_modules");
  const own = join(modules, "stormglass");
  mkdirSync(own, { recursive: true });
  for (const name of readdirSync("node_modules")) {
    if (name.startsWith(".") || name === "@types") continue;
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
  // Types of this package's dependencies do not come with it: its own must do without them.
  mkdirSync(join(modules, "@types"));
  symlinkSync(join(ROOT, "node_modules/@types/node"), join(modules, "@types/node"));
  for (const name of ["package.json", "templates"]) symlinkSync(join(ROOT, name), join(own, name));
  cpSync(join(BUILT, "dist"), join(own, "dist"), { recursive: true });
  // npx itself takes longer to start than what it starts.
  mkdirSync(join(modules, ".bin"));
  const exec = 'exec node "node_modules/$program/dist/cli/main.js" "$@"';
  const npx = `#!/bin/sh\nprogram=$1; shift\n${exec}\n`;
  writeFileSync(join(modules, ".bin", "npx"), npx, { mode: 0o755 });
  const write = (name: string, text: string): void => writeFileSync(join(path, name), text);
  const spawn = (file: string, args: readonly string[], environment: Environment): Ended => {
    // The project's vitest is not to take itself for a worker of this one.
    const inherited = Object.entries(process.env).filter(([name]) => !/VITEST|^NODE_/.test(name));
    const { status, stdout, stderr } = spawnSync(file, args, {
      cwd: path,
      encoding: "utf8",
      // What has no end is not to have the tests wait for it.
      timeout: 120_000,
      env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...environment },
    });
    return { status: status ?? -1, stdout, stderr };
  };
  const run: OwnProject["run"] = (program, args, environment = {}) => {
    return spawn(process.execPath, [join(path, PROGRAMS[program]!), ...args], environment);
  };
  const runScript: OwnProject["runScript"] = (script, environment = {}) => {
    const { PATH = "" } = process.env;
    return spawn("/bin/sh", ["-e", "-c", script], {
      PATH: `${join(modules, ".bin")}:${PATH}`,
      ...environment,
    });
  };
  write("package.json", '{ "name": "own", "type": "module" }');
  return { path, remove, run, runScript, write };
}
