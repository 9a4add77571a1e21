// The house rules that a machine can check: who imports whom, nothing ambient, sizes, docstrings.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const LINE_MAX = 100;
const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 50;

/** Which parts of src each part may import; itself always. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  sim: [],
  protocols: ["sim/env", "sim/time", "sim/assert", "sim/check", "sim/checksum"],
  invariants: ["sim"],
  histories: ["sim", "invariants"],
  scenarios: ["sim", "protocols", "invariants"],
  campaign: ["sim"],
  cli: ["sim", "campaign", "scenarios", "invariants", "histories"],
  "fast-check": ["sim"],
  "fast-check.ts": ["sim", "fast-check"],
  "oracles.ts": ["sim", "invariants", "histories"],
  "vitest.ts": ["sim", "campaign"],
};

/** What a simulated world must not know: time, chance, place, and anything that comes later. */
const AMBIENT = [
  ...["Date", "performance", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
  ...["Math.random", "crypto", "process", "Promise", "async", "await", "console", "require"],
  ...["globalThis", "fetch", "Intl", "localeCompare", "toLocaleString", "WeakRef", "Atomics"],
  ...["Math.sin", "Math.cos", "Math.exp", "Math.log", "Math.pow", "import("],
];

/**
 * What of `node:crypto` follows from its input alone: no chance, no keys of its own making.
 * Keys are made of bytes, and Ed25519 draws no random number for a signature (RFC 8032 §5.1.6).
 */
const PURE_CRYPTO = [
  ...["createCipheriv", "createDecipheriv", "createHmac", "hash", "scryptSync"],
  ...["timingSafeEqual", "createPrivateKey", "createPublicKey", "sign", "verify"],
  "type KeyObject",
];

const sources = filesUnder("src");

describe("imports", () => {
  it.each(sources)("%s points down", (file) => {
    const part = file.split("/")[1]!;
    const allowed = MAY_IMPORT[part] ?? ["sim", "campaign", "scenarios"];
    const strangers = importsOf(file).filter((target) => {
      return ![part, ...allowed].some((to) => isIn(target, to));
    });
    expect(strangers).toEqual([]);
  });

  it("form no cycle", () => {
    const graph = new Map(sources.map((file) => [file, importsOf(file)]));
    expect(cycleIn(graph)).toEqual([]);
  });

  it("of services on raft see no inside of it but its public face", () => {
    const face = ["log", "messages", "options", "raft", "sites", "snapshot", "state"];
    const inside = ["kv", "replicated"]
      .flatMap((service) => filesUnder(`src/protocols/${service}`))
      .flatMap(importsOf)
      .filter((target) => target.startsWith("src/protocols/raft/"))
      .filter((target) => !face.some((name) => target.endsWith(`/${name}.ts`)));
    expect(inside).toEqual([]);
  });
});

describe("the simulated world", () => {
  const worldly = ["sim", "protocols", "invariants", "scenarios"].flatMap((part) =>
    filesUnder(`src/${part}`),
  );
  it.each(worldly)("%s uses nothing ambient", (file) => {
    const code = withoutPureCrypto(withoutComments(readFileSync(file, "utf8")));
    const isUsed = (name: string): boolean =>
      new RegExp(`(?<![\\w.#"])${escaped(name)}\\b`).test(code);
    expect(AMBIENT.filter(isUsed)).toEqual([]);
  });

  it.each(worldly)("%s keeps no mutable state of its own", (file) => {
    const code = withoutComments(readFileSync(file, "utf8"));
    expect(code.match(/^(export )?(let|var) .*$/gm)).toBeNull();
  });
});

describe("sizes", () => {
  const all = [...sources, ...["test", "examples", "bench"].flatMap(filesUnder)];
  it.each(all)("%s has short lines", (file) => {
    const long = lines(file).filter((line) => line.length > LINE_MAX);
    expect(long).toEqual([]);
  });

  it.each(sources)("%s is no longer than its name", (file) => {
    expect(lines(file).length).toBeLessThanOrEqual(FILE_LINES_MAX);
  });

  it.each(sources)("%s has short functions", (file) => {
    expect(longFunctions(file)).toEqual([]);
  });
});

describe("exported functions and classes", () => {
  it.each(sources)("of %s are explained", (file) => {
    const text = lines(file);
    const bare = text.filter((line, i) => {
      const isExport = /^export (function|class) /.test(line);
      return isExport && !(text[i - 1] ?? "").endsWith("*/");
    });
    expect(bare).toEqual([]);
  });
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => normalize(join(folder, name)).replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts"))
    .sort();
}

function importsOf(file: string): string[] {
  const found = readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g);
  return [...found].map(([, path]) => normalize(join(dirname(file), path!)).replaceAll("\\", "/"));
}

/** `sim` stands for all of it, `sim/env` for that file. */
function isIn(target: string, place: string): boolean {
  return target.startsWith(`src/${place}/`) || target === `src/${place}.ts`;
}

function cycleIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
}

/** Without an import of `node:crypto` that takes only what is pure. */
function withoutPureCrypto(code: string): string {
  return code.replaceAll(/import \{([^}]*)\} from "node:crypto";/g, (line, names: string) => {
    const taken = names.split(",").map((name) => name.trim());
    return taken.every((name) => name === "" || PURE_CRYPTO.includes(name)) ? "" : line;
  });
}

function lines(file: string): string[] {
  return readFileSync(file, "utf8").trimEnd().split("\n");
}

/** Functions and methods, found by their indented closing brace, as the formatter writes it. */
function longFunctions(file: string): string[] {
  const text = lines(file);
  const found: string[] = [];
  text.forEach((line, start) => {
    const isHead = /^( {2})?(export )?(function|static|#?\w+\(|get |set |async )/.test(line);
    if (!isHead || !/[({]$/.test(line)) return;
    const indent = /^ */.exec(line)![0];
    const end = text.findIndex((other, i) => i > start && other === `${indent}}`);
    if (end - start + 1 > FUNCTION_LINES_MAX) found.push(`${line.trim()} ${end - start + 1} lines`);
  });
  return found;
}

function escaped(text: string): string {
  return text.replaceAll(/[.(]/g, "\\$&");
}
