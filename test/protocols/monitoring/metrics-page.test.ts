import { describe, expect, it } from "vitest";
import {
  metricsPage,
  readMetricsPage,
  zeroOf,
} from "../../../src/protocols/monitoring/metrics-page.ts";

const METRICS = {
  counters: { tasks_done: "Tasks that are done.", tasks_lost: "Tasks that are not." },
  gauges: { queue_length: "Tasks that wait.", is_busy: "1 while one is worked on." },
};
const COUNTERS = { tasks_done: 7, tasks_lost: 0 };
const GAUGES = { queue_length: 12, is_busy: 1 };

/** 2026-01-01 and 5.000042 s. */
const NOW = 1_767_225_605_000_042;

const page = (node = "n1") =>
  metricsPage(METRICS, { counters: COUNTERS, gauges: GAUGES }, { node, now: NOW });

const linesOf = (text: string) => text.split("\n").slice(0, -1);

// OpenMetrics 1.0.0, "ABNF": metricname, escaped-string, realnumber, and so on.
const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL_VALUE = String.raw`"(?:[^"\\\n]|\\[n"\\])*"`;
const NUMBER = String.raw`[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?`;
const DESCRIPTOR = new RegExp(
  String.raw`^# (?:TYPE ${NAME} (?:counter|gauge)|HELP ${NAME} (?:[^\\\n]|\\[n"\\])*)$`,
);
const SAMPLE = new RegExp(String.raw`^${NAME}\{[a-zA-Z_]\w*=${LABEL_VALUE}\} ${NUMBER} ${NUMBER}$`);

describe("a page of metrics", () => {
  it("has only lines that OpenMetrics 1.0.0 knows, and ends with # EOF and a line feed", () => {
    const lines = linesOf(page('a "quoted" name\\\nof two lines'));
    const strange = lines
      .slice(0, -1)
      .filter((line) => !DESCRIPTOR.test(line) && !SAMPLE.test(line));
    expect(strange).toEqual([]);
    expect(lines.at(-1)).toBe("# EOF");
    expect(page().endsWith("# EOF\n")).toBe(true);
  });

  it("names the type of each family once, before its help and its only sample", () => {
    const lines = linesOf(page()).slice(0, -1);
    const families = Array.from({ length: lines.length / 3 }, (_, i) =>
      lines.slice(3 * i, 3 * i + 3),
    );
    const names = families.map(([type]) => type!.split(" ")[2]!);
    expect(new Set(names).size).toBe(names.length);
    expect(families.map(([type]) => type!.split(" ")[1])).toEqual(names.map(() => "TYPE"));
    expect(families.map(([, help]) => help!.split(" ").slice(1, 3))).toEqual(
      names.map((name) => ["HELP", name]),
    );
  });

  it("names samples of counters with _total, and those of gauges as the family", () => {
    const lines = linesOf(page());
    expect(lines).toContain("# TYPE tasks_done counter");
    expect(lines).toContain('tasks_done_total{node="n1"} 7 1767225605.000042');
    expect(lines).toContain("# TYPE queue_length gauge");
    expect(lines).toContain('queue_length{node="n1"} 12 1767225605.000042');
  });

  it("stamps each sample with seconds since 1970, to the microsecond", () => {
    const early = metricsPage(
      METRICS,
      { counters: COUNTERS, gauges: GAUGES },
      { node: "n1", now: 1_000_007 },
    );
    expect(early).toContain('queue_length{node="n1"} 12 1.000007\n');
    expect(readMetricsPage(early)?.every(({ at }) => at === 1_000_007)).toBe(true);
  });

  it("is read as it was written, whatever the node is called", () => {
    const node = 'a "quoted" \\ name\nof \\n two lines';
    const samples = readMetricsPage(page(node));
    expect(samples).toHaveLength(4);
    expect(samples).toContainEqual({ name: "tasks_done_total", node, value: 7, at: NOW });
    expect(samples).toContainEqual({ name: "is_busy", node, value: 1, at: NOW });
  });

  it.each([
    ["without its end", page().replace("# EOF\n", "")],
    ["cut in the middle", page().slice(0, 200)],
    ["with something behind its end", `${page()}x`],
    ["with a sample that has no time", page().replace(" 1767225605.000042", "")],
    ["with a value that is none", page().replace("} 7 ", "} seven ")],
    ["of nothing", ""],
  ])("is not read %s", (_, text) => {
    expect(readMetricsPage(text)).toBeUndefined();
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("is not written of a value %d", (value) => {
    const values = { counters: COUNTERS, gauges: { ...GAUGES, queue_length: value } };
    expect(() => metricsPage(METRICS, values, { node: "n1", now: NOW })).toThrow(
      /^a metric that is no whole number of at least 0: queue_length /,
    );
  });

  it("begins with counters that are 0", () => {
    expect(zeroOf(METRICS.counters)).toEqual({ tasks_done: 0, tasks_lost: 0 });
  });
});
