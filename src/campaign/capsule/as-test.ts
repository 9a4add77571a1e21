// A failing plan as a test that a person can read, keep and change.

import { defaultDiskOptions } from "../../sim/disk/disk-options.ts";
import type { Fault } from "../../sim/fault.ts";
import { defaultClockOptions } from "../../sim/host/clock.ts";
import { defaultCpuOptions } from "../../sim/host/cpu.ts";
import { defaultNetworkOptions } from "../../sim/network/network-options.ts";
import type { Plan } from "../../sim/plan.ts";
import { formatTime, type Micros } from "../../sim/time.ts";
import { Weather } from "../../sim/weather.ts";
import { isEqual } from "../shrink/equal.ts";
import type { Capsule } from "./capsule.ts";

/** Where the test finds things. */
export interface TestPlace {
  /** The module of this package, as the test imports it. */
  readonly module: string;
  /** The module that exports the scenario, by whatever name; undefined: the package has it. */
  readonly scenarioModule: string | undefined;
}

/**
 * A Vitest file, standing alone, that fails as the capsule's run did and passes once the bug is
 * gone: faults as weather written by hand, operations as data, and all of the plan that is not the
 * default.
 */
export function asTest(capsule: Capsule, { module, scenarioModule }: TestPlace): string {
  const { plan, violation, signature } = capsule;
  const name = JSON.stringify(plan.scenario);
  const lookUp =
    scenarioModule === undefined
      ? `findScenario(${name})`
      : `Object.values(scenarios).flat().find((one) => one.name === ${name})!`;
  const body = [
    ...weatherLines(plan.faults),
    "",
    `const scenario = ${lookUp};`,
    `const plan = completePlan(scenario, ${literal(givenPlan(plan), "")});`,
    "",
    "expect(run(scenario, plan).violation).toBeUndefined();",
  ];
  const text = body.join("\n");
  const names = ["completePlan", "findScenario", "ms", "run", "seconds", "us", "Weather"];
  const used = names.filter((name) => new RegExp(`\\b${name}\\(`).test(text));
  const title = `no longer breaks ${violation.invariant}: ${signature.property}`;
  return [
    `// ${plan.scenario} broke ${violation.invariant} at ${formatTime(violation.at)}:`,
    `// ${violation.message.replaceAll("\n", " ")}`,
    `// Signature ${signature.id}; found with seed ${JSON.stringify(capsule.found.seed)}.`,
    "",
    `import { ${used.join(", ")} } from ${JSON.stringify(module)};`,
    'import { expect, it } from "vitest";',
    ...(scenarioModule === undefined
      ? []
      : [`import * as scenarios from ${JSON.stringify(scenarioModule)};`]),
    "",
    `it(${JSON.stringify(title)}, () => {`,
    indent(text),
    "});",
    "",
  ].join("\n");
}

/** The plan without what is the default, and with its faults as a variable's. */
function givenPlan(plan: Plan): Readonly<Record<string, unknown>> {
  const { seed, servers, clients, settings, operations, buggify, core, calm, horizon } = plan;
  const part = (name: string, value: unknown, usual: unknown): Record<string, unknown> =>
    isEqual(value, usual) ? {} : { [name]: value };
  return {
    seed,
    servers,
    ...part("clients", clients, []),
    ...part("settings", settings, undefined),
    ...part("network", unlike(plan.network, defaultNetworkOptions), {}),
    ...part("disk", unlike(plan.disk, defaultDiskOptions), {}),
    ...part("clocks", unlike(plan.clocks, defaultClockOptions), {}),
    ...part("cpu", unlike(plan.cpu, defaultCpuOptions), {}),
    ...part(
      "operations",
      operations.map((planned) => ({ ...planned, at: new Code(time(planned.at)) })),
      [],
    ),
    ...(plan.faults.length === 0 ? {} : { faults: new Code("weather.faults") }),
    ...part("buggify", buggify, []),
    ...part("core", core, servers),
    ...(calm === horizon ? {} : { calm: new Code(time(calm)) }),
    horizon: new Code(time(horizon)),
    ...part("altered", plan.altered, undefined),
  };
}

/** The fields that are not as usual. */
function unlike(options: object, usual: object): Record<string, unknown> {
  const fields = Object.entries(options);
  return Object.fromEntries(
    fields.filter(([field, value]) => !isEqual(value, Reflect.get(usual, field))),
  );
}

/** The faults in the language of {@link Weather}. */
function weatherLines(faults: readonly Fault[]): string[] {
  if (faults.length === 0) return [];
  return ["const weather = new Weather();", ...faults.map(weatherLine)];
}

/** Kinds whose method takes hosts one by one; `partition` takes its groups so. */
const BY_HOSTS = ["crash", "stop", "wipe", "pause", "isolate"];

function weatherLine(fault: Fault): string {
  const { at, lasting, kind, ...fields } = fault;
  const given = BY_HOSTS.includes(kind) ? "hosts" : kind === "partition" ? "groups" : undefined;
  const begin = `weather.at(${time(at)}).${kind}`;
  const end = `.for(${time(lasting)});`;
  if (given === undefined) return `${begin}(${literal(needed(kind, fields), "")})${end}`;
  // What a checked fault of that kind has under this name.
  const { [given]: list, ...rest } = fields as Record<string, unknown> & { hosts: unknown[] };
  const items = list as readonly unknown[];
  const usual = written(kind, items);
  const others = Object.entries(rest).filter(
    ([field, value]) => !isEqual(value, Reflect.get(usual, field)),
  );
  const more = others.length === 0 ? "" : `.with(${literal(Object.fromEntries(others), "")})`;
  return `${begin}(${items.map((item) => literal(item, "")).join(", ")})${more}${end}`;
}

/** The fields that a person must write; the others are as usual. */
function needed(kind: Fault["kind"], fields: object): Record<string, unknown> {
  const all = written(kind, [fields]);
  return Object.fromEntries(
    Object.entries(fields).filter(([field]) => {
      const { [field]: _, ...without } = fields as Record<string, unknown>;
      return !isEqual(written(kind, [without]), all);
    }),
  );
}

/** What becomes of it when a person writes it. */
function written(kind: Fault["kind"], given: readonly unknown[]): Fault {
  const weather = new Weather();
  const moment = weather.at(0);
  // Every kind of fault has a method of its name; which arguments it takes is known to the caller.
  const begin = moment[kind] as unknown as (...all: readonly unknown[]) => {
    for(lasting: Micros): void;
  };
  begin(...given).for(1);
  return weather.faults[0]!;
}

/** A piece of code where data is expected. */
class Code {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function time(at: Micros): string {
  if (at % 1_000_000 === 0) return `seconds(${at / 1_000_000})`;
  return at % 1_000 === 0 ? `ms(${at / 1_000})` : `us(${at})`;
}

const COLUMNS = 90;

/** Data as a literal of the language, on one line if it fits. */
function literal(value: unknown, margin: string): string {
  if (value instanceof Code) return value.text;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const isList = Array.isArray(value);
  const [open, close] = isList ? "[]" : "{}";
  const inner = `${margin}  `;
  const items = isList
    ? value.map((item) => literal(item, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([field, item]) => `${fieldName(field)}: ${literal(item, inner)}`);
  if (items.length === 0) return `${open}${close}`;
  const space = isList ? "" : " ";
  const line = `${open}${space}${items.join(", ")}${space}${close}`;
  if (margin.length + line.length <= COLUMNS && !line.includes("\n")) return line;
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join("")}${margin}${close}`;
}

function fieldName(field: string): string {
  return /^[A-Za-z_]\w*$/.test(field) ? field : JSON.stringify(field);
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
