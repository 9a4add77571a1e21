import { describe, expect, it } from "vitest";
import type { Call } from "../../src/invariants/call.ts";
import {
  checkTransactions,
  formatAnomaly,
} from "../../src/invariants/transactions/check-transactions.ts";
import type { IsolationLevel } from "../../src/invariants/transactions/levels.ts";
import { transactional } from "../../src/invariants/transactions/transactional.ts";
import { History } from "../../src/sim/history.ts";
import type { World } from "../../src/sim/invariant.ts";
import { type HandMade, handMade } from "../support/hand-made-transactions.ts";

type Operations = HandMade["operations"];

function lists(...transactions: readonly (Operations | HandMade)[]): Call[] {
  return handMade(transactions.map((made) => ("operations" in made ? made : { operations: made })));
}

function judge(calls: readonly Call[], level: IsolationLevel = "strict-serializable") {
  const kind = JSON.stringify(calls).includes('"append"') ? "list-append" : "rw-register";
  return checkTransactions(calls, { kind, level });
}

/** Each anomaly, and beside it the nearest history that has none. */
const PAIRS: readonly (readonly [
  type: string,
  wrong: readonly Call[],
  right: readonly Call[],
  found: readonly string[],
])[] = [
  [
    "G0, two writers of two lists in either order",
    lists(
      [
        ["append", "x", 1],
        ["append", "y", 1],
      ],
      [
        ["append", "x", 2],
        ["append", "y", 2],
      ],
      [["r", "x", [1, 2]]],
      [["r", "y", [2, 1]]],
    ),
    lists(
      [
        ["append", "x", 1],
        ["append", "y", 1],
      ],
      [
        ["append", "x", 2],
        ["append", "y", 2],
      ],
      [["r", "x", [1, 2]]],
      [["r", "y", [1, 2]]],
    ),
    ["G0"],
  ],
  [
    "G1a, a read of an aborted append",
    lists({ operations: [["append", "x", 1]], outcome: "fail" }, [["r", "x", [1]]]),
    lists({ operations: [["append", "x", 1]], outcome: "info" }, [["r", "x", [1]]]),
    ["G1a"],
  ],
  [
    "G1a of a register",
    lists({ operations: [["w", "x", 1]], outcome: "fail" }, [["r", "x", 1]]),
    lists({ operations: [["w", "x", 1]], outcome: "fail" }, [["r", "x", null]]),
    ["G1a"],
  ],
  [
    "a dirty update",
    lists(
      { operations: [["append", "x", 1]], outcome: "fail" },
      [["append", "x", 2]],
      [["r", "x", [1, 2]]],
    ),
    lists(
      { operations: [["append", "x", 1]], outcome: "fail" },
      [["append", "x", 2]],
      [["r", "x", [2]]],
    ),
    ["G1a", "dirty-update"],
  ],
  [
    "G1b, a read between two appends of one transaction",
    lists(
      [
        ["append", "x", 1],
        ["append", "x", 2],
      ],
      [["r", "x", [1]]],
    ),
    lists(
      [
        ["append", "x", 1],
        ["append", "x", 2],
      ],
      [["r", "x", [1, 2]]],
    ),
    ["G1b", "G-single"],
  ],
  [
    "G1b of a register",
    lists(
      [
        ["w", "x", 1],
        ["w", "x", 2],
      ],
      [["r", "x", 1]],
    ),
    lists(
      [
        ["w", "x", 1],
        ["w", "x", 2],
      ],
      [["r", "x", 2]],
    ),
    ["G1b"],
  ],
  [
    "G1c, two transactions that read each other's appends",
    lists(
      [
        ["append", "x", 1],
        ["r", "y", [1]],
      ],
      [
        ["append", "y", 1],
        ["r", "x", [1]],
      ],
    ),
    lists(
      [
        ["append", "x", 1],
        ["r", "y", [1]],
      ],
      [
        ["append", "y", 1],
        ["r", "x", []],
      ],
    ),
    ["G1c"],
  ],
  [
    "G1c of registers",
    lists(
      [
        ["w", "x", 1],
        ["r", "y", 1],
      ],
      [
        ["w", "y", 1],
        ["r", "x", 1],
      ],
    ),
    lists(
      [
        ["w", "x", 1],
        ["r", "y", 1],
      ],
      [
        ["w", "y", 1],
        ["r", "x", null],
      ],
    ),
    ["G1c"],
  ],
  [
    "G-single, one of two appends read",
    lists(
      [
        ["append", "x", 1],
        ["append", "y", 1],
      ],
      [
        ["r", "x", [1]],
        ["r", "y", []],
      ],
    ),
    lists(
      [
        ["append", "x", 1],
        ["append", "y", 1],
      ],
      [
        ["r", "x", []],
        ["r", "y", []],
      ],
    ),
    ["G-single"],
  ],
  [
    "G-single of registers",
    lists(
      [
        ["w", "x", 1],
        ["w", "y", 1],
      ],
      [
        ["r", "x", 1],
        ["r", "y", null],
      ],
    ),
    lists(
      [
        ["w", "x", 1],
        ["w", "y", 1],
      ],
      [
        ["r", "x", null],
        ["r", "y", null],
      ],
    ),
    ["G-single"],
  ],
  [
    "G-nonadjacent, two readers that see two appends in different order",
    lists(
      [["append", "x", 1]],
      [["append", "y", 1]],
      [
        ["r", "x", [1]],
        ["r", "y", []],
      ],
      [
        ["r", "x", []],
        ["r", "y", [1]],
      ],
    ),
    lists(
      [["append", "x", 1]],
      [["append", "y", 1]],
      [
        ["r", "x", [1]],
        ["r", "y", []],
      ],
      [
        ["r", "x", [1]],
        ["r", "y", [1]],
      ],
    ),
    ["G-nonadjacent"],
  ],
  [
    "G2, write skew",
    lists(
      [
        ["r", "x", []],
        ["append", "y", 1],
      ],
      [
        ["r", "y", []],
        ["append", "x", 1],
      ],
    ),
    lists(
      [
        ["r", "x", []],
        ["append", "y", 1],
      ],
      [
        ["r", "y", [1]],
        ["append", "x", 1],
      ],
    ),
    ["G2"],
  ],
  [
    "G2 of registers",
    lists(
      [
        ["r", "x", null],
        ["w", "y", 1],
      ],
      [
        ["r", "y", null],
        ["w", "x", 1],
      ],
    ),
    lists(
      [
        ["r", "x", null],
        ["w", "y", 1],
      ],
      [
        ["r", "y", 1],
        ["w", "x", 1],
      ],
    ),
    ["G2"],
  ],
  [
    "a lost update",
    lists(
      [
        ["r", "x", []],
        ["append", "x", 1],
      ],
      [
        ["r", "x", []],
        ["append", "x", 2],
      ],
    ),
    lists(
      [
        ["r", "x", []],
        ["append", "x", 1],
      ],
      [
        ["r", "x", [1]],
        ["append", "x", 2],
      ],
    ),
    ["lost-update", "G2"],
  ],
  [
    "a lost update of a register",
    lists(
      [
        ["r", "x", null],
        ["w", "x", 1],
      ],
      [
        ["r", "x", null],
        ["w", "x", 2],
      ],
    ),
    lists(
      [
        ["r", "x", null],
        ["w", "x", 1],
      ],
      [
        ["r", "x", 1],
        ["w", "x", 2],
      ],
    ),
    ["lost-update", "G2"],
  ],
  [
    "internal, its own append not read",
    lists([
      ["append", "x", 1],
      ["r", "x", []],
    ]),
    lists([
      ["append", "x", 1],
      ["r", "x", [1]],
    ]),
    ["internal"],
  ],
  [
    "internal, a register that changes between two reads",
    lists(
      [["w", "x", 1]],
      [
        ["r", "x", null],
        ["r", "x", 1],
      ],
    ),
    lists(
      [["w", "x", 1]],
      [
        ["r", "x", 1],
        ["r", "x", 1],
      ],
    ),
    ["internal", "G-single"],
  ],
  [
    "a read of the transaction's own later append",
    lists([
      ["r", "x", [1]],
      ["append", "x", 1],
    ]),
    lists([
      ["r", "x", []],
      ["append", "x", 1],
    ]),
    ["future-read"],
  ],
  [
    "a read of the transaction's own later write",
    lists([
      ["r", "x", 1],
      ["w", "x", 1],
    ]),
    lists([
      ["r", "x", null],
      ["w", "x", 1],
    ]),
    ["future-read"],
  ],
  [
    "garbage",
    lists([["append", "x", 1]], [["r", "x", [2]]]),
    lists([["append", "x", 1]], [["r", "x", [1]]]),
    ["garbage-read"],
  ],
  [
    "two orders of one list",
    lists([["append", "x", 1]], [["append", "x", 2]], [["r", "x", [1, 2]]], [["r", "x", [2]]]),
    lists([["append", "x", 1]], [["append", "x", 2]], [["r", "x", [1, 2]]], [["r", "x", [1]]]),
    ["incompatible-order"],
  ],
  [
    "an element twice",
    lists([["append", "x", 1]], [["append", "x", 2]], [["r", "x", [1, 2, 1]]]),
    lists([["append", "x", 1]], [["append", "x", 2]], [["r", "x", [1, 2]]]),
    ["duplicate-elements"],
  ],
  [
    "G-single-realtime, a stale read",
    lists(
      { operations: [["append", "x", 1]], at: [1, 2] },
      { operations: [["r", "x", []]], at: [3, 4] },
    ),
    lists(
      { operations: [["append", "x", 1]], at: [1, 3] },
      { operations: [["r", "x", []]], at: [2, 4] },
    ),
    ["G-single-realtime"],
  ],
  [
    "G-single-realtime of a register that was written twice",
    lists(
      { operations: [["w", "x", 1]], at: [1, 2] },
      { operations: [["w", "x", 2]], at: [3, 4] },
      { operations: [["r", "x", 1]], at: [5, 6] },
    ),
    lists(
      { operations: [["w", "x", 1]], at: [1, 2] },
      { operations: [["w", "x", 2]], at: [3, 5] },
      { operations: [["r", "x", 1]], at: [4, 6] },
    ),
    ["G-single-realtime"],
  ],
  [
    "G-single-process, a client that does not see what it did",
    lists(
      { client: "a", operations: [["append", "x", 1]], at: [1, 2] },
      { client: "a", operations: [["r", "x", []]], at: [3, 4] },
    ),
    lists(
      { client: "a", operations: [["r", "x", []]], at: [1, 2] },
      { client: "a", operations: [["append", "x", 1]], at: [3, 4] },
    ),
    ["G-single-process"],
  ],
  [
    "G0-realtime, an append before an earlier one",
    lists(
      { operations: [["append", "x", 1]], at: [1, 2] },
      { operations: [["append", "x", 2]], at: [3, 4] },
      { operations: [["r", "x", [2, 1]]], at: [5, 6] },
    ),
    lists(
      { operations: [["append", "x", 1]], at: [1, 3] },
      { operations: [["append", "x", 2]], at: [2, 4] },
      { operations: [["r", "x", [2, 1]]], at: [5, 6] },
    ),
    ["G0-realtime"],
  ],
  [
    "G1c-realtime, a read of what was appended later",
    lists(
      { operations: [["r", "x", [1]]], at: [1, 2] },
      { operations: [["append", "x", 1]], at: [3, 4] },
    ),
    lists(
      { operations: [["r", "x", [1]]], at: [1, 4] },
      { operations: [["append", "x", 1]], at: [2, 3] },
    ),
    ["G1c-realtime"],
  ],
];

describe("transactions", () => {
  it.each(PAIRS)("show %s", (_, wrong, __, found) => {
    const { verdict, counts } = judge(wrong);
    expect(counts.map(({ type }) => type)).toEqual(found);
    expect(verdict).toBe("illegal");
  });

  it.each(PAIRS)("that are near to %s show nothing", (_, __, right) => {
    const { verdict, counts } = judge(right);
    expect(counts).toEqual([]);
    expect(verdict).toBe("ok");
  });
});

const WRITE_SKEW = lists(
  [
    ["r", "x", []],
    ["append", "y", 1],
  ],
  [
    ["r", "y", []],
    ["append", "x", 1],
  ],
);

const READ_SKEW = lists(
  [
    ["append", "x", 1],
    ["append", "y", 1],
  ],
  [
    ["r", "x", [1]],
    ["r", "y", []],
  ],
);

describe("levels", () => {
  it("from repeatable reads on forbid write skew, snapshot isolation does not", () => {
    expect(judge(WRITE_SKEW, "snapshot-isolation").verdict).toBe("ok");
    expect(judge(WRITE_SKEW, "repeatable-read").verdict).toBe("illegal");
    expect(judge(WRITE_SKEW, "serializable").strongest).toEqual(["snapshot-isolation"]);
  });

  it("from snapshot isolation on forbid read skew, read committed does not", () => {
    expect(judge(READ_SKEW, "read-committed").verdict).toBe("ok");
    expect(judge(READ_SKEW, "snapshot-isolation").verdict).toBe("illegal");
    expect(judge(READ_SKEW, "serializable").strongest).toEqual(["read-committed"]);
  });

  it("from read committed on forbid aborted reads, read uncommitted does not", () => {
    const calls = lists({ operations: [["append", "x", 1]], outcome: "fail" }, [["r", "x", [1]]]);
    expect(judge(calls, "read-uncommitted").verdict).toBe("ok");
    expect(judge(calls, "read-committed").verdict).toBe("illegal");
  });

  it("only the strict one forbids stale reads by others", () => {
    const calls = lists(
      { operations: [["append", "x", 1]], at: [1, 2] },
      { operations: [["r", "x", []]], at: [3, 4] },
    );
    expect(judge(calls, "strong-session-serializable").verdict).toBe("ok");
    expect(judge(calls).strongest).toEqual(["strong-session-serializable"]);
  });

  it("read uncommitted leaves open what hangs on a transaction of unknown outcome", () => {
    const calls = lists(
      {
        operations: [
          ["append", "x", 1],
          ["append", "y", 1],
        ],
        outcome: "info",
      },
      [
        ["append", "x", 2],
        ["append", "y", 2],
      ],
      [["r", "x", [1, 2]]],
      [["r", "y", [2, 1]]],
    );
    const { verdict, reason } = judge(calls, "read-uncommitted");
    expect(verdict).toBe("unknown");
    expect(reason).toBe("every cycle of writes has a transaction of unknown outcome");
    expect(judge(calls, "read-committed").verdict).toBe("illegal");
  });

  it("that look at no order in time are not said to hold with one", () => {
    const calls = lists([["append", "x", 1]]);
    expect(judge(calls, "serializable").strongest).toEqual(["serializable"]);
  });
});

describe("lists", () => {
  it("of two orders say nothing of who wrote first", () => {
    const calls = lists(
      [
        ["append", "x", 1],
        ["append", "y", 1],
      ],
      [
        ["append", "x", 2],
        ["append", "y", 2],
      ],
      [["r", "x", [1, 2]]],
      [["r", "x", [2, 1]]],
      [["r", "y", [2, 1]]],
    );
    expect(judge(calls, "read-uncommitted").counts).toEqual([
      { type: "incompatible-order", count: 1 },
    ]);
  });

  it("have what nobody read after what was read: G1c, if it was visible elsewhere", () => {
    const calls = lists(
      [
        ["append", "x", 1],
        ["r", "y", [1]],
      ],
      [
        ["append", "x", 2],
        ["append", "y", 1],
      ],
      [["r", "x", [1]]],
    );
    expect(judge(calls, "read-committed").counts).toContainEqual({ type: "G1c", count: 1 });
  });

  it("may be read and appended to by one, read and appended to by others", () => {
    const calls = lists(
      [
        ["r", "x", []],
        ["append", "x", 1],
      ],
      [["r", "x", []]],
      [["append", "x", 2]],
    );
    const { verdict, counts } = judge(calls);
    expect(counts).toEqual([]);
    expect(verdict).toBe("ok");
  });
});

describe("the order in time", () => {
  it("goes on from instant to instant while others are at work", () => {
    const calls = lists(
      { operations: [["r", "y", []]], at: [1, 5] },
      { operations: [["append", "x", 1]], at: [2, 3] },
      { operations: [["r", "y", []]], at: [4, 8] },
      { operations: [["r", "x", []]], at: [6, 7] },
    );
    expect(judge(calls).counts).toEqual([{ type: "G-single-realtime", count: 1 }]);
  });

  it("reaches over what happens in between", () => {
    const calls = lists(
      { operations: [["append", "x", 1]], at: [1, 2] },
      { operations: [["append", "y", 1]], at: [3, 4] },
      { operations: [["r", "x", []]], at: [5, 6] },
    );
    expect(judge(calls).counts).toEqual([{ type: "G-single-realtime", count: 1 }]);
  });

  it("is not blamed for a cycle that is there without it", () => {
    const calls = lists(
      {
        operations: [
          ["append", "a", 1],
          ["r", "d", [1]],
        ],
        at: [1, 2],
      },
      {
        operations: [
          ["append", "b", 1],
          ["r", "a", [1]],
        ],
        at: [3, 6],
      },
      {
        operations: [
          ["append", "c", 1],
          ["r", "b", [1]],
        ],
        at: [4, 7],
      },
      {
        operations: [
          ["append", "d", 1],
          ["r", "c", [1]],
        ],
        at: [5, 8],
      },
    );
    expect(judge(calls).counts).toEqual([{ type: "G1c", count: 1 }]);
  });
});

describe("a transaction of unknown outcome", () => {
  it.each([
    ["list", "append", [], [1]],
    ["register", "w", null, 1],
  ] as const)("may come later than the next of its client: a %s", (_, write, before, after) => {
    const calls = lists(
      { client: "a", operations: [[write, "x", 1]], outcome: "info", at: [1, 2] },
      { client: "a", operations: [["r", "x", before]], at: [3, 4] },
      { client: "b", operations: [["r", "x", after]], at: [5, 6] },
    );
    expect(judge(calls).counts).toEqual([]);
  });

  it("parts nothing of a session: what was done before it comes before what is done after", () => {
    const calls = lists(
      { client: "a", operations: [["append", "x", 1]], at: [1, 2] },
      { client: "a", operations: [["append", "y", 1]], outcome: "info", at: [3, 4] },
      { client: "a", operations: [["r", "x", []]], at: [5, 6] },
      { client: "b", operations: [["r", "y", [1]]], at: [7, 8] },
    );
    expect(judge(calls, "strong-session-serializable").counts).toEqual([
      { type: "G-single-process", count: 1 },
    ]);
  });

  it("that was read happened with all that it wrote", () => {
    const calls = lists(
      {
        operations: [
          ["append", "x", 1],
          ["append", "y", 1],
        ],
        outcome: "info",
      },
      [
        ["r", "x", [1]],
        ["r", "y", []],
      ],
    );
    expect(judge(calls).counts).toEqual([{ type: "G-single", count: 1 }]);
  });
});

describe("registers", () => {
  it("may be written late by a client that gave up, over what others wrote since", () => {
    const calls = lists(
      { operations: [["w", "x", 1]], outcome: "info", at: [1, 2] },
      { operations: [["w", "x", 2]], at: [3, 4] },
      { operations: [["r", "x", 1]], at: [5, 6] },
    );
    const { verdict, counts } = judge(calls);
    expect(counts).toEqual([]);
    expect(verdict).toBe("ok");
  });

  it("that are read were written after all that was over before the reader began", () => {
    const calls = lists(
      {
        operations: [
          ["w", "x", 1],
          ["w", "y", 1],
        ],
        at: [1, 10],
      },
      {
        operations: [
          ["r", "y", 1],
          ["w", "x", 2],
        ],
        at: [2, 5],
      },
      { operations: [["r", "x", 1]], at: [6, 8] },
    );
    const [anomaly] = judge(calls).anomalies;
    expect(anomaly?.type).toBe("G1c-realtime");
    expect(anomaly?.reasons).toContain(
      "T2 wrote 2 to x; T1 wrote 1, which was read when T2 had returned, so T2 came before T1",
    );
  });

  it("are judged by an order that takes a step back to be found", () => {
    const calls = lists(
      {
        operations: [
          ["w", "x", 1],
          ["r", "y", null],
        ],
        at: [1, 10],
      },
      {
        operations: [
          ["w", "x", 2],
          ["r", "y", null],
        ],
        at: [2, 3],
      },
      {
        operations: [
          ["w", "y", 3],
          ["r", "y", 3],
          ["r", "x", 2],
        ],
        at: [4, 7],
      },
      {
        operations: [
          ["w", "x", 4],
          ["w", "y", 5],
        ],
        outcome: "info",
        at: [5, 6],
      },
      {
        operations: [
          ["r", "y", 5],
          ["r", "y", 5],
        ],
        at: [8, 9],
      },
    );
    expect(judge(calls).verdict).toBe("ok");
  });

  it("that a session reads to and fro are not said to hold for it", () => {
    const calls = lists(
      [["w", "x", 1]],
      [["w", "x", 2]],
      { client: "a", operations: [["r", "x", 1]], at: [3, 4] },
      { client: "a", operations: [["r", "x", 2]], at: [5, 6] },
      { client: "a", operations: [["r", "x", 1]], at: [7, 8] },
    );
    expect(judge(calls, "serializable").verdict).toBe("ok");
    expect(judge(calls, "strong-session-serializable").verdict).toBe("unknown");
  });

  it("are read before whoever writes them later, while the reader is at work", () => {
    const calls = lists(
      { operations: [["w", "x", 1]], at: [1, 2] },
      {
        operations: [
          ["r", "x", 1],
          ["r", "y", 1],
        ],
        at: [3, 6],
      },
      {
        operations: [
          ["w", "x", 2],
          ["w", "y", 1],
        ],
        at: [4, 5],
      },
    );
    expect(judge(calls, "serializable").verdict).toBe("ok");
    expect(judge(calls).counts).toEqual([{ type: "G-single-realtime", count: 1 }]);
  });

  it("of which nobody knows the order of values are left open", () => {
    // No order explains both readers: whichever of the writers of x is last, y does not fit.
    const calls = lists(
      [["w", "x", 1]],
      [
        ["w", "x", 2],
        ["w", "y", 2],
      ],
      [["w", "y", 1]],
      [
        ["r", "x", 1],
        ["r", "y", 2],
      ],
      [
        ["r", "x", 2],
        ["r", "y", 1],
      ],
    );
    const { verdict, reason } = judge(calls, "serializable");
    expect(verdict).toBe("unknown");
    expect(reason).toBe("in which order x, y got their values is not known");
  });
});

describe("words", () => {
  it("tell a cycle edge by edge", () => {
    const { anomalies } = judge(READ_SKEW, "snapshot-isolation");
    expect(anomalies.map((anomaly) => formatAnomaly(anomaly))).toEqual([
      [
        "G-single: a cycle with one anti-dependency (read skew)",
        "  T1 (c2, line 2): read x = [1], read y = []",
        "  T2 (c1, line 1): append 1 to x, append 1 to y",
        "  - T1 read y = [], without 1, which T2 appended, so T1 came before T2",
        "  - T2 appended 1 to x; T1 read x = [1], which has it, so T2 came before T1",
      ].join("\n"),
    ]);
  });

  it("show the end of a long list", () => {
    const elements = Array.from({ length: 20 }, (_, i) => i);
    const calls = lists(
      elements.map((element) => ["append", "x", element] as const),
      [["r", "x", [...elements, "?"]]],
    );
    const [garbage] = judge(calls).anomalies;
    expect(garbage?.reasons).toEqual([
      'T1 read x = [(9 more) 9 10 11 12 13 14 15 16 17 18 19 "?"]: no transaction appended "?"',
    ]);
  });

  it("count what is not told in full", () => {
    const readers = Array.from({ length: 12 }, () => [["r", "x", [1]]] as const);
    const calls = lists({ operations: [["append", "x", 1]], outcome: "fail" }, ...readers);
    const { anomalies, counts } = judge(calls);
    expect(anomalies).toHaveLength(10);
    expect(counts).toEqual([{ type: "G1a", count: 12 }]);
  });
});

const [SOUND] = lists([["r", "x", [1]]]);

const MALFORMED: readonly (readonly [string, Partial<Call>, string])[] = [
  ["another f", { f: "read" }, 'f: expected txn, got "read"'],
  ["no list", { value: 3 }, "value: expected a list of micro-operations, got 3"],
  [
    "a micro-operation that is unknown",
    { value: [["x", "k", 1]], result: [["x", "k", 1]] },
    'value[0]: expected ["append", key, value] or ["r", key, null], of texts or numbers, ' +
      'got ["x","k",1]',
  ],
  [
    "an append of nothing",
    { value: [["append", "k", null]] },
    'value[0]: expected ["append", key, value] or ["r", key, null], of texts or numbers, ' +
      'got ["append","k",null]',
  ],
  [
    "a key that is none",
    { value: [["r", ["k"], null]] },
    'value[0]: expected ["append", key, value] or ["r", key, null], of texts or numbers, ' +
      'got ["r",["k"],null]',
  ],
  [
    "no answer",
    { result: undefined },
    "result: expected a list of 1 micro-operations, as in value, got nothing",
  ],
  [
    "a short answer",
    { result: [] },
    "result: expected a list of 1 micro-operations, as in value, got []",
  ],
  [
    "an answer to something else",
    { result: [["r", "y", [1]]] },
    'result[0]: expected ["r","x","..."], as in value, got ["r","y",[1]]',
  ],
  [
    "an answer that is no list",
    { result: [["r", "x", 1]] },
    "result[0][2]: expected a list of texts, numbers or booleans, got 1",
  ],
];

describe("malformed input", () => {
  it.each(MALFORMED)("is refused: %s", (_, change, message) => {
    const calls = [{ ...SOUND!, ...change }];
    expect(() => checkTransactions(calls, { kind: "list-append", level: "serializable" })).toThrow(
      `the transaction of c1 at 1, ${message}`,
    );
  });

  it("is refused: a value that is written twice, both places named", () => {
    const calls = lists(
      [["append", "x", 1]],
      [
        ["r", "x", []],
        ["append", "x", 1],
      ],
    );
    expect(() => judge(calls)).toThrow(
      "the transaction of c2 at 2, value[1]: expected a value that is written to its key once " +
        'only; the transaction of c1 at 1, value[0] writes it, too, got ["append","x",1]',
    );
  });

  it("is refused: a level that is unknown", () => {
    // What a command line may say.
    const level = "best-effort" as IsolationLevel;
    expect(() => judge([], level)).toThrow(
      /^level: expected one of read-uncommitted, .*, got best/,
    );
  });

  it("is none: a number and a text that read alike", () => {
    const calls = lists([["append", "x", 1]], [["append", "x", "1"]], [["r", "x", [1, "1"]]]);
    expect(judge(calls).verdict).toBe("ok");
  });
});

describe("transactional", () => {
  function worldOf(answer: readonly number[]): World {
    const history = new History();
    const append = { id: "a", operation: [["append", "x", 1]] };
    history.record("c1", "invoke", append, 10);
    history.record("c1", "ok", { id: "a", result: [["append", "x", 1]] }, 20);
    history.record("c2", "invoke", { id: "b", operation: [["r", "x", null]] }, 30);
    history.record("c2", "ok", { id: "b", result: [["r", "x", answer]] }, 40);
    // All that the invariant looks at.
    return { history } as World;
  }

  const invariant = transactional("TXN", {
    kind: "list-append",
    level: "strict-serializable",
    words: ({ operation, result }) => ({ f: "txn", key: undefined, value: operation, result }),
  });

  it("holds at the end of a run whose transactions are as promised", () => {
    expect(invariant.onEnd?.(worldOf([1]))).toBeUndefined();
  });

  it("says at the end of a run which promise is broken, and how", () => {
    expect(invariant.onEnd?.(worldOf([]))).toBe(
      [
        "not strict-serializable: G-single-realtime: " +
          "a cycle with one anti-dependency (read skew), with the order in time",
        "  T1 (c2, event 3): read x = []",
        "  T2 (c1, event 1): append 1 to x",
        "  - T1 read x = [], without 1, which T2 appended, so T1 came before T2",
        "  - T2 returned at 2; T1 was invoked at 3, so T2 came before T1",
      ].join("\n"),
    );
  });
});
