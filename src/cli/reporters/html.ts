import { accountOf } from "../../campaign/report/outcome.ts";
import { countOf, formatCount } from "../table.ts";
import { BESTS_HEAD, bestsOf } from "./bests.ts";
import { htmlPage } from "./html-page.ts";
import { escapeMarkup } from "./markup.ts";
import {
  describeTrouble,
  replayCommand,
  type Shown,
  summaryOf,
  type Trouble,
  titleOf,
  troublesOf,
} from "./reporter.ts";

/** One page that holds everything: failures first, then what was run and which faults bit. */
export function htmlReport(shown: Shown): string {
  const { outcome, kept } = shown;
  const { report, summaries } = outcome;
  const troubles = troublesOf(outcome);
  const schedules = summaries.reduce((sum, one) => sum + one.schedules, 0);
  const isWell = kept.length + troubles.length === 0;
  const verdict = isWell ? "held" : countOf(kept.length + troubles.length, "finding");
  const facts = [
    `${countOf(schedules, "schedule")} of ${countOf(summaries.length, "scenario")}`,
    `seeds from ${report.from}`,
    `stormglass ${report.version}`,
    ...(report.code === "" ? [] : [`code ${report.code}`]),
  ];
  const body = `<h1 class="${isWell ? "well" : "broken"}">${escapeMarkup(verdict)}</h1>
<p>${escapeMarkup(facts.join(" · "))}</p>
${kept.map(failureSection).join("\n")}
${troubles
  .filter(({ kind }) => kind === "difference")
  .map(differenceSection)
  .join("\n")}
${troubleSection([...troubles.map(describeTrouble), ...shown.notes])}
<h2>Runs</h2>
${runsTable(shown)}
<h2>Faults</h2>
${faultsTable(shown)}
${bestsSection(shown)}`;
  return htmlPage({ title: `stormglass: ${verdict}`, style: STYLE, body });
}

function failureSection(one: Shown["kept"][number]): string {
  return `<section>
<h2>${escapeMarkup(titleOf(one))}</h2>
<p>${escapeMarkup(summaryOf(one))}</p>
<pre>${escapeMarkup(one.text)}</pre>
<p><code>${escapeMarkup(replayCommand(one))}</code></p>
</section>`;
}

function differenceSection({ scenario, text, details }: Trouble): string {
  return `<section>
<h2>${escapeMarkup(scenario)} is not deterministic</h2>
<p>${escapeMarkup(text)}</p>
<pre>${escapeMarkup(details)}</pre>
</section>`;
}

function runsTable({ outcome }: Shown): string {
  const { summaries, report, failures } = outcome;
  const rows = summaries.map((row, n) => {
    const { seconds } = report.scenarios[n]!;
    const broken = failures
      .filter(({ source }) => source.scenario.name === row.scenario)
      .reduce((sum, { findings }) => sum + findings.length, 0);
    return [
      row.scenario,
      formatCount(row.schedules),
      formatCount(row.events),
      `${formatCount(row.virtualTime / 1_000_000)} s`,
      seconds > 0 ? formatCount(row.events / seconds) : "",
      formatCount(broken),
    ];
  });
  const head = ["scenario", "schedules", "events", "virtual time", "events/s", "violations"];
  return table(head, rows);
}

function faultsTable({ outcome }: Shown): string {
  const rows = accountOf(outcome.summaries).map(([kind, { offered, injected, effective }]) => [
    kind,
    ...[offered, injected, effective].map(formatCount),
  ]);
  return table(["fault", "planned", "begun", "bit"], rows);
}

function bestsSection({ outcome }: Shown): string {
  const rows = bestsOf(outcome.summaries);
  return rows.length === 0 ? "" : `<h2>Assertions with a number</h2>\n${table(BESTS_HEAD, rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]): string =>
    row.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n");
  return `<div class="wide"><table><tr>${cells("th", head)}</tr>\n${body}</table></div>`;
}

function troubleSection(lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const items = lines.map((line) => `<li>${escapeMarkup(line)}</li>`).join("");
  return `<h2>Demanded, and not so</h2>\n<ul>${items}</ul>`;
}

const STYLE = `
body { margin: 2rem auto; max-width: 76rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .9rem .15rem 0; text-align: right; white-space: nowrap; }
th { border-bottom: 1px solid; font-weight: 600; }
th:first-child, td:first-child { text-align: left; }
tr:nth-child(even) td { background: color-mix(in srgb, currentColor 4%, transparent); }
`;
