import type { NodeId, Plain } from "../env.ts";
import { SYNCED, TIMER, WAKE } from "../event.ts";
import { Noise } from "../random/random.ts";
import type { SimulationOptions } from "../simulation-options.ts";
import { costOn } from "./cpu.ts";
import { Host, type Surroundings } from "./host.ts";
import { hostConduct, hostEnv } from "./host-env.ts";
import { shareProcessor } from "./inbox.ts";

/** What nodes do to the world around their hosts. */
export interface Deeds<Message, View> {
  send(from: Host<Message, View>, to: NodeId, message: Message): void;
  emit(host: Host<Message, View>, event: string, data: Plain): void;
  buggify(host: NodeId, site: string): boolean;
  onTrap(host: Host<Message, View>, times: number): void;
}

/** The hosts of a simulation, servers first, each with its index. */
export function makeHosts<Message, View>(
  options: SimulationOptions<Message, View>,
  lent: Pick<Surroundings<Message>, "scheduler" | "streams" | "drawTrouble">,
  deeds: Deeds<Message, View>,
): Host<Message, View>[] {
  const { seed, disk, clocks, cpu, servers, files, witness } = options;
  const surroundings: Surroundings<Message> = {
    ...{ ...lent, disk, clocks, cpuNoise: new Noise(seed, "cpu") },
    ...{ timerKind: TIMER, syncedKind: SYNCED, wakeKind: WAKE },
    cost: (id) => costOn(id, cpu),
    env: (host) => {
      const env = hostEnv(host, surroundings);
      return witness === undefined ? env : witness.lend(env);
    },
    conduct: hostConduct,
    send: (from: Host<Message, View>, to, message) => deeds.send(from, to, message),
    emit: (host: Host<Message, View>, event, data) => deeds.emit(host, event, data),
    buggify: options.buggify.length === 0 ? undefined : deeds.buggify,
    onTrap: (host: Host<Message, View>, times) => deeds.onTrap(host, times),
  };
  // Invariants never look into clients, so a client's program need not show a View.
  const clients = options.clients as typeof servers;
  const programs = [...Object.entries(servers), ...Object.entries(clients)];
  const hosts = programs.map(([id, program], index) => {
    const role = Object.hasOwn(servers, id) ? "server" : "client";
    const host = new Host({ id, index, role }, program, surroundings);
    const image = Object.hasOwn(files, id) ? files[id] : undefined;
    // Copies: the disk takes over what it is given, and options serve many simulations.
    if (image !== undefined) {
      host.disk.become(new Map([...image].map(([name, bytes]) => [name, bytes.slice()])));
    }
    return host;
  });
  for (const group of cpu.shared) {
    shareProcessor(hosts.filter(({ id }) => group.includes(id)).map(({ inbox }) => inbox));
  }
  return hosts;
}
