// The strict reader finds what is wrong, one thing at a time.

import { describe, expect, it } from "vitest";
import { openMetricsFaults } from "./open-metrics.ts";

const RIGHT = `# TYPE tasks_done counter
# HELP tasks_done Tasks that are done.
tasks_done_total{node="n1"} 7 5.000042
# TYPE queue_length gauge
# HELP queue_length Tasks that wait.
queue_length{node="n1"} 12 5.000042
# TYPE task_seconds histogram
# UNIT task_seconds seconds
# HELP task_seconds How long a task takes.
task_seconds_bucket{node="n1",le="0.5"} 1 5.000042
task_seconds_bucket{node="n1",le="10.0"} 3 5.000042
task_seconds_bucket{node="n1",le="+Inf"} 4 5.000042
task_seconds_count{node="n1"} 4 5.000042
task_seconds_sum{node="n1"} 20.250000 5.000042
# EOF
`;

describe("a strict reader of OpenMetrics", () => {
  it("finds nothing wrong with a page that keeps the rules", () => {
    expect(openMetricsFaults(RIGHT)).toEqual([]);
  });

  it.each([
    ["# EOF\n", "", /does not end/],
    ["# TYPE tasks_done counter\n", "", /no sample of the family before it/],
    ["tasks_done_total{", "tasks_done{", /no sample of the family before it/],
    ["# HELP queue_length Tasks that wait.\n", "", /queue_length: no help/],
    ["# UNIT task_seconds seconds", "# UNIT task_seconds ms", /unit ms/],
    ["} 12 5.000042", "} 12", /no timestamp/],
    ["} 12 5.000042", "} twelve 5.000042", /neither a descriptor nor a sample/],
    ['queue_length{node="n1"}', 'queue_length{node="n1",node="n2"}', /a label that comes twice/],
    ["} 7 ", "} -7 ", /and counts/],
    ['le="0.5"} 1', 'le="0.5"} 4', /fewer up to 10.0 than up to 0.5/],
    ['le="0.5"', 'le="50.0"', /50.0 before 10.0/],
    ['le="10.0"', 'le="10"', /no canonical number/],
    ['task_seconds_bucket{node="n1",le="+Inf"} 4 5.000042\n', "", /the last bucket is 10.0/],
    ['_count{node="n1"} 4', '_count{node="n1"} 5', /a count that is not \+Inf/],
    ['task_seconds_sum{node="n1"} 20.250000 5.000042\n', "", /no count or no sum/],
    ["# EOF", "# TYPE queue_length gauge\n# EOF", /a family of two blocks/],
    ["# EOF", "# HELP task_seconds Again.\n# EOF", /behind a sample/],
    ["# EOF", 'task_seconds_sum{node="n1"} 1 1\n# EOF', /comes twice/],
    ["_sum{", '_sum{le="0.5",', /le is for buckets/],
  ])("finds what is wrong with %j for %j", (find, replace, fault) => {
    const faults = openMetricsFaults(RIGHT.replace(find, () => replace));
    expect(faults.join("\n")).toMatch(fault);
  });
});
