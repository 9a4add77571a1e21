/** Between a node and whoever collects its metrics, and asks whether it is alive. */
export type MonitoringMessage =
  | MonitoringQuestion
  | { readonly type: "exposition"; readonly serial: number; readonly text: string }
  | { readonly type: "alive"; readonly serial: number };

/** What a collector asks of a node. */
export type MonitoringQuestion =
  | { readonly type: "scrape"; readonly serial: number }
  | { readonly type: "probe"; readonly serial: number };
