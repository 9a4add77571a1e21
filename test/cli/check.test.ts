import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { HistoryReader } from "../../src/histories/history-reader.ts";
import type { Call } from "../../src/invariants/call.ts";
import { callsOf } from "../../src/invariants/recorded-calls.ts";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import { storeWords } from "../../src/scenarios/store-words.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { callCli, MAIN, makeFolder, spawnCli } from "../support/cli.ts";

const folder = makeFolder();
afterAll(folder.remove);

/** A file with events such as `0 invoke write 1`, one a line, and perhaps a key. */
function fileOf(name: string, events: string): string {
  const lines = events
    .trim()
    .split("\n")
    .map((line) => {
      const [process, type, f, value = "null", key] = line.trim().split(" ");
      return JSON.stringify({ process, type, f, value: JSON.parse(value), key });
    });
  return textFile(name, `${lines.join("\n")}\n`);
}

function textFile(name: string, text: string | Uint8Array): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

const fresh = fileOf("fresh.jsonl", "0 invoke write 1\n0 ok write 1\n1 invoke read\n1 ok read 1");
const stale = fileOf(
  "stale.jsonl",
  `0 invoke write 1 x
   0 ok write 1 x
   0 invoke write 2 x
   0 ok write 2 x
   0 invoke write 3 y
   0 ok write 3 y
   1 invoke read null x
   1 ok read 1 x`,
);

describe("stormglass check", () => {
  it("says that a history is ok, how many operations it has, and how long that took", async () => {
    const { status, stdout, stderr } = await callCli("check", fresh, "--model", "register");
    expect(stdout).toMatch(/^\S+fresh\.jsonl is ok\n {2}2 operations; [\d.]+ ms\n$/);
    expect([status, stderr]).toEqual([0, ""]);
  });

  it("draws what is illegal, key by key, and says what has no place", async () => {
    const { status, stdout } = await callCli("check", stale, "--model", "register");
    const lines = stdout.split("\n");
    expect(lines[1]).toMatch(/^ {2}4 operations; 2 keys: 1 illegal, 1 ok; [\d.]+ ms$/);
    expect(lines).toContain("key x");
    expect(lines).not.toContain("key y");
    expect(stdout).toMatch(
      / {2}process 0 .*\|-write 2-\|\n.*\n {2}process 1 +\|=read -> 1=\|\n +\^+\n/,
    );
    expect(lines).toContain("  ^ no order has a place for read -> 1 of process 1 (lines 7 and 8)");
    expect(status).toBe(1);
  });

  it("gives the same as JSON", async () => {
    const { status, stdout } = await callCli("check", stale, "--model", "register", "--json");
    const said = JSON.parse(stdout);
    expect(Object.keys(said)).toEqual(["verdict", "operations", "ms", "keys"]);
    expect(said).toMatchObject({ verdict: "illegal", operations: 4 });
    expect(said.keys).toMatchObject([
      {
        key: "x",
        verdict: "illegal",
        operations: 3,
        stuck: { process: "1", f: "read", result: 1, invokedAtLine: 7, returnedAtLine: 8 },
        states: ["2"],
      },
      { key: "y", verdict: "ok" },
    ]);
    expect(status).toBe(1);
  });

  it("reads the standard input, and what is packed", () => {
    const text = readFileSync(fresh);
    const packed = textFile("fresh.jsonl.gz", gzipSync(text));
    expect(spawnCli(folder.path, ["check", packed, "--model", "register"]).status).toBe(0);
    const args = ["--import", "tsx", MAIN, "check", "-", "--model", "register"];
    const piped = spawnSync(process.execPath, args, { input: text, encoding: "utf8" });
    expect(piped.stdout).toMatch(/^\(standard input\) is ok\n/);
    expect([piped.status, piped.stderr]).toEqual([0, ""]);
  });

  it("ends with 4 when a bound was in the way", async () => {
    const hard = fileOf(
      "hard.jsonl",
      Array.from({ length: 30 }, (_, i) => `${i} invoke cas [${i % 5},${(i * 3) % 5}]`)
        .concat("90 invoke read", "90 ok read 9")
        .join("\n"),
    );
    const args = ["check", hard, "--model", "cas-register", "--memory", "1kB"];
    const { status, stdout } = await callCli(...args);
    expect(stdout).toMatch(/ could not be decided\n.*\n {2}the bound on memory was reached\n$/);
    expect(status).toBe(4);
  });

  it("takes a failed cas for an observation, or for nothing", async () => {
    const failed = fileOf(
      "failed.jsonl",
      "0 invoke write 1\n0 ok write 1\n0 invoke cas [1,2]\n0 fail cas [1,2]",
    );
    const args = ["check", failed, "--model", "cas-register"];
    expect((await callCli(...args)).status).toBe(1);
    expect((await callCli(...args, "--failed-cas", "nothing")).status).toBe(0);
  });

  it("takes pairs for keys and values when told so", async () => {
    const pairs = fileOf(
      "pairs.jsonl",
      '0 invoke write ["x",1]\n0 ok write ["x",1]\n1 invoke read ["y",null]\n1 ok read ["y",1]',
    );
    const args = ["check", pairs, "--model", "register", "--json", "--independent"];
    const { stdout } = await callCli(...args);
    expect(JSON.parse(stdout).keys).toMatchObject([
      { key: "x", verdict: "ok" },
      { key: "y", verdict: "illegal" },
    ]);
  });

  it("is told by Jepsen's log of etcd that it was not linearizable", async () => {
    // After the log of a run of Jepsen against etcd 0.4.1, cut to the operations that matter.
    const log = [
      "INFO  jepsen.core - Running",
      "INFO  jepsen.util - 0\t:invoke\t:write\t4",
      "INFO  jepsen.util - 0\t:ok\t:write\t4",
      "INFO  jepsen.util - 1\t:invoke\t:cas\t[4 0]",
      "INFO  jepsen.util - 1\t:info\t:cas\t:timed-out",
      "INFO  jepsen.util - 2\t:invoke\t:read\tnil",
      "INFO  jepsen.util - 2\t:ok\t:read\t0",
      "INFO  jepsen.util - 2\t:invoke\t:read\tnil",
      "INFO  jepsen.util - 2\t:ok\t:read\t4",
    ].join("\n");
    const path = textFile("etcd.log", log);
    const { status, stdout } = await callCli("check", path, "--model", "cas-register");
    expect(stdout).toContain("read -> 4 of process 2 (lines 8 and 9)");
    expect(status).toBe(1);
  });
});

describe("other consistencies", () => {
  const seen = fileOf(
    "seen.jsonl",
    `0 invoke write 1 x
     0 ok write 1 x
     1 invoke read null x
     1 ok read null x
     1 invoke read null x
     1 ok read 1 x`,
  );
  const forgotten = fileOf(
    "forgotten.jsonl",
    `0 invoke write 1 x
     0 ok write 1 x
     0 invoke read null x
     0 ok read null x`,
  );

  it.each([
    [seen, "linearizable", 1],
    [seen, "sequential", 0],
    [seen, "sessions", 0],
    [forgotten, "sequential", 1],
    [forgotten, "sessions", 1],
  ])("%s, %s: %i", async (path, consistency, expected) => {
    const args = ["check", path, "--model", "register", "--consistency", consistency];
    expect((await callCli(...args)).status).toBe(expected);
  });

  it("say what can come next of no client, and which guarantee is broken", async () => {
    const args = ["check", forgotten, "--model", "register", "--consistency"];
    const { stdout } = await callCli(...args, "sequential");
    expect(stdout).toContain("  ^ read -> nil of process 0 (lines 3 and 4)\n");
    const { stdout: said } = await callCli(...args, "sessions", "--json");
    expect(JSON.parse(said).keys).toMatchObject([
      {
        key: "x",
        verdict: "illegal",
        violations: [{ guarantee: "read-your-writes", client: "0" }],
      },
    ]);
  });

  const skew = fileOf(
    "skew.jsonl",
    `0 invoke txn [["r","x",null],["append","y",1]]
     1 invoke txn [["r","y",null],["append","x",1]]
     0 ok txn [["r","x",[]],["append","y",1]]
     1 ok txn [["r","y",[]],["append","x",1]]
     1 invoke txn [["r","y",null],["r","x",null]]
     1 ok txn [["r","y",[1]],["r","x",[1]]]`,
  );

  it("are the isolation levels of transactions", async () => {
    const args = ["check", skew, "--model", "list-append"];
    const { status, stdout } = await callCli(...args);
    expect(stdout).toContain("  not strict-serializable: 1 G2\n");
    expect(stdout).toContain("  T1 (0, line 1): read x = [], append 1 to y\n");
    expect(status).toBe(1);
    const weaker = await callCli(...args, "--consistency", "snapshot-isolation");
    expect(weaker.status).toBe(0);
  });

  it("place what is wrong with a transaction", async () => {
    const odd = fileOf("odd.jsonl", '0 invoke txn [["r","x",null]]\n0 ok txn [["r","x"]]');
    const { status, stderr } = await callCli("check", odd, "--model", "list-append");
    expect(stderr).toMatch(/^stormglass: \S+odd\.jsonl:\d: result\[0\]: expected /);
    expect(status).toBe(2);
  });
});

describe("stormglass run --history", () => {
  it("writes what check reads", async () => {
    const path = join(folder.path, "history.jsonl");
    const { status } = await callCli("run", "raft-basic-replication", "--history", path);
    expect(status).toBe(0);

    const reader = new HistoryReader(path);
    reader.push(readFileSync(path, "utf8"));
    const scenario = findScenario("raft-basic-replication");
    const { history } = run(scenario, plan(scenario, "1"));
    expect(reader.end().calls).toEqual(callsOf(history, storeWords).map(asWritten));

    expect((await callCli("check", path, "--model", "key-value")).status).toBe(0);
  });

  it("needs a scenario that has words for its operations", async () => {
    const own = "./test/support/homely-scenario.ts";
    const { status, stderr } = await callCli("run", own, "--history", join(folder.path, "x.jsonl"));
    expect(stderr).toMatch(
      /^stormglass: --history: expected a scenario that has words for it, got /,
    );
    expect(status).toBe(2);
  });
});

/** Places as lines: the history counts the events of clients that are left out as well. */
function asWritten(call: Call): object {
  return { ...call, invoked: expect.any(Number), returned: expect.any(Number) };
}

describe("a page", () => {
  it("holds what is illegal as data, which nothing of the history can break out of", async () => {
    const evil = "</script><script>alert(1)</script><!--";
    const lines = [
      { process: evil, type: "invoke", f: "write", value: evil, key: evil },
      { process: evil, type: "ok", f: "write", value: evil, key: evil },
      { process: "b", type: "invoke", f: "read", key: evil },
      { process: "b", type: "ok", f: "read", value: "\u2028", key: evil },
    ];
    const path = textFile("evil<b>.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
    const page = join(folder.path, "evil.html");

    const { status } = await callCli("check", path, "--model", "register", "--html", page);

    const text = readFileSync(page, "utf8");
    const [, data = ""] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(text)!;
    const [key] = JSON.parse(data).keys;
    expect(key.key).toBe(evil);
    expect(key.views.at(-1).lanes).toEqual([evil, "b"]);
    expect(key.views.at(-1).calls[1]).toEqual([1, 2, 3, 'read -> "\u2028"', "b, lines 3 and 4"]);
    expect(key.views.at(-1)).toMatchObject({ orders: [[0]], stuck: [1] });
    expect(text.match(/<script/g)).toHaveLength(2);
    expect(text).not.toMatch(/alert\(1\)<|evil<b>|(src|href)=/);
    expect(status).toBe(1);
  });

  it("of a history that is ok says so", async () => {
    const page = join(folder.path, "ok.html");
    await callCli("check", fresh, "--model", "register", "--html", page);
    expect(readFileSync(page, "utf8")).toMatch(/<h1 class="well">\S*fresh.jsonl is ok<\/h1>/);
  });
});

describe("wrong usage", () => {
  const bad = fileOf("bad.jsonl", "0 invoke write 1\n0 ok write 1\n0 invoke frob\n0 ok frob");

  it.each([
    ["check", "required option '--model <name>' not specified"],
    [`check ${fresh}`, "required option '--model <name>' not specified"],
    [
      `check ${fresh} --model registre`,
      /^--model: expected one of register, .*, did you mean register\?$/,
    ],
    [
      `check ${fresh} --model register --consistency eventual`,
      /^--consistency: expected one of linearizable.*, got "eventual"$/,
    ],
    [
      `check ${fresh} --model register --format xml`,
      '--format: expected one of jsonl, edn, etcd-log, got "xml"',
    ],
    [
      `check ${fresh} --model register --failed-cas x`,
      '--failed-cas: expected one of observation, nothing, got "x"',
    ],
    [
      `check ${fresh} --model register --memory 5`,
      '--memory: expected a size such as 512MB or 2GB, got "5"',
    ],
    [
      `check ${fresh} --model register --for 5`,
      '--for: expected a time such as 500ms, 30s or 10m, got "5"',
    ],
    ["check none.jsonl --model register", /^none\.jsonl: expected a file to read: ENOENT/],
    [`check ${folder.path} --model register`, /: expected a file to read: EISDIR/],
    [`check ${bad} --model register`, /bad\.jsonl:3: f: expected read or write, got "frob"$/],
    [
      `check ${fresh} --model register --html /none/x.html`,
      /^\/none\/x\.html: expected a place to write: ENOENT/,
    ],
  ])("%s", async (line, message) => {
    const { status, stdout, stderr } = await callCli(...line.split(" "));
    expect(stderr).toMatch(/^stormglass: [^\n]*\n$/);
    expect(stderr.trimEnd().replace("stormglass: ", "")).toMatch(message);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it("is a file whose bytes are no text, or that is not packed as its name says", async () => {
    const bytes = textFile("bytes.jsonl", Uint8Array.of(10, 10, 123, 255));
    const { stderr } = await callCli("check", bytes, "--model", "register");
    expect(stderr).toMatch(/: expected UTF-8, got other bytes after line \d+\n$/);
    const unpacked = textFile("unpacked.gz", "x");
    const { stderr: other } = await callCli("check", unpacked, "--model", "register");
    expect(other).toMatch(/unpacked\.gz: expected a file to read: /);
  });
});
