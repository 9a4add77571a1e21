import type { FaultDefinition, Target } from "./definition.ts";

/**
 * The program on these hosts is in league with the adversary: while it lasts, its `conduct` says
 * yes to the behaviour, which is one that the scenario declares and its program can show. Several
 * may overlap on a host. It lasts over restarts; what its deeds have left behind stays.
 */
export interface ByzantineFault {
  readonly kind: "byzantine";
  readonly hosts: readonly Target[];
  readonly behaviour: string;
}

/** On each host, the number of the behaviour there. */
interface Mark {
  readonly hosts: readonly { readonly index: number; readonly number: number }[];
}

const byzantine: FaultDefinition<ByzantineFault, Mark> = {
  check: (read) => ({ behaviour: read.behaviour("behaviour"), hosts: read.targets("hosts") }),
  targets: ({ hosts }) => hosts,
  describe: ({ hosts, behaviour }) => `${hosts.join(" ")} Byzantine: ${behaviour}`,
  begin: ({ hosts, behaviour }, struck, world) => ({
    hosts: struck(hosts).map((index) => {
      return { index, number: world.hosts[index]!.behaviours.adopt(behaviour) };
    }),
  }),
  end: ({ hosts }, world) => {
    for (const { index, number } of hosts) world.hosts[index]!.behaviours.abandon(number);
  },
  isEffective: ({ hosts }, world) =>
    hosts.some(({ index, number }) => world.hosts[index]!.behaviours.deedsBy(number) > 0),
};

export const byzantineFaults: {
  readonly byzantine: FaultDefinition<ByzantineFault>;
} = { byzantine };
