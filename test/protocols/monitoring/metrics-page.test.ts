import { describe, expect, it } from "vitest";
import {
  metricsPage,
  readMetricsPage,
  zeroOf,
} from "../../../src/protocols/monitoring/metrics-page.ts";
import { openMetricsFaults } from "../../support/open-metrics.ts";

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
    const stamp = { node, labels: {}, at: NOW };
    expect(samples).toContainEqual({ name: "tasks_done_total", value: 7, ...stamp });
    expect(samples).toContainEqual({ name: "is_busy", value: 1, ...stamp });
  });

  it.each([
    ["without its end", page().replace("# EOF\n", "")],
    ["cut in the middle", page().slice(0, 200)],
    ["with something behind its end", `${page()}x`],
    ["with a sample that has no time", page().replace(" 1767225605.000042", "")],
    ["with a sample of no node", page().replaceAll('node="n1"', 'role="x"')],
    ["with labels that nothing is between", page().replaceAll('"n1"', '"n1"role="x"')],
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

const TIMED = {
  counters: { work_seconds: "Time at work." },
  gauges: { queue_blocks: "Blocks that wait." },
  histograms: {
    task_seconds: { help: "How long a task takes.", bounds: [5_000, 1_000_000, 2_500_000] },
    jump_blocks: { help: "How far it jumps.", bounds: [1, 20] },
  },
};

const timedPage = () =>
  metricsPage(
    TIMED,
    {
      counters: { work_seconds: 12_000_345 },
      gauges: { queue_blocks: 3 },
      histograms: {
        task_seconds: { counts: [2, 0, 1, 1], sum: 7_250_001, max: 5_000_000 },
        jump_blocks: { counts: [0, 1, 0], sum: 7, max: 7 },
      },
    },
    { node: "n1", role: "main", now: 1_000_007 },
  );

describe("a page of times and histograms", () => {
  it("names the units, says times in seconds, counts buckets up, and has the role", () => {
    expect(timedPage()).toBe(`# TYPE work_seconds counter
# UNIT work_seconds seconds
# HELP work_seconds Time at work.
work_seconds_total{node="n1",role="main"} 12.000345 1.000007
# TYPE queue_blocks gauge
# UNIT queue_blocks blocks
# HELP queue_blocks Blocks that wait.
queue_blocks{node="n1",role="main"} 3 1.000007
# TYPE task_seconds histogram
# UNIT task_seconds seconds
# HELP task_seconds How long a task takes.
task_seconds_bucket{node="n1",role="main",le="0.005"} 2 1.000007
task_seconds_bucket{node="n1",role="main",le="1.0"} 2 1.000007
task_seconds_bucket{node="n1",role="main",le="2.5"} 3 1.000007
task_seconds_bucket{node="n1",role="main",le="+Inf"} 4 1.000007
task_seconds_count{node="n1",role="main"} 4 1.000007
task_seconds_sum{node="n1",role="main"} 7.250001 1.000007
# TYPE jump_blocks histogram
# UNIT jump_blocks blocks
# HELP jump_blocks How far it jumps.
jump_blocks_bucket{node="n1",role="main",le="1.0"} 0 1.000007
jump_blocks_bucket{node="n1",role="main",le="20.0"} 1 1.000007
jump_blocks_bucket{node="n1",role="main",le="+Inf"} 1 1.000007
jump_blocks_count{node="n1",role="main"} 1 1.000007
jump_blocks_sum{node="n1",role="main"} 7 1.000007
# EOF
`);
  });

  it("keeps the rules of OpenMetrics", () => {
    expect(openMetricsFaults(timedPage())).toEqual([]);
    expect(openMetricsFaults(page('a "quoted" name\\\nof two lines'))).toEqual([]);
  });

  it("is read with its labels", () => {
    const samples = readMetricsPage(timedPage());
    expect(samples).toHaveLength(13);
    expect(samples).toContainEqual({
      ...{ name: "task_seconds_bucket", node: "n1", labels: { role: "main", le: "2.5" } },
      ...{ value: 3, at: 1_000_007 },
    });
    expect(samples).toContainEqual({
      ...{ name: "work_seconds_total", node: "n1", labels: { role: "main" } },
      ...{ value: 12.000345, at: 1_000_007 },
    });
  });

  it("is not written of a histogram of other buckets", () => {
    const values = {
      ...{ counters: { work_seconds: 0 }, gauges: { queue_blocks: 0 } },
      histograms: {
        task_seconds: { counts: [0, 0], sum: 0, max: 0 },
        jump_blocks: { counts: [0, 0, 0], sum: 0, max: 0 },
      },
    };
    expect(() => metricsPage(TIMED, values, { node: "n1", now: NOW })).toThrow(
      /^a histogram of other buckets: task_seconds/,
    );
  });
});
