/** Between a node and whoever collects its metrics, and asks whether it is alive. */
export type MonitoringMessage =
  | { readonly type: "scrape"; readonly serial: number }
  | { readonly type: "exposition"; readonly serial: number; readonly text: string }
  | { readonly type: "probe"; readonly serial: number }
  | { readonly type: "alive"; readonly serial: number };
