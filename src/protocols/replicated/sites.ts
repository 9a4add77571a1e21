/** Sites of {@link Env.buggify} in a service's own programs, by what they then do. */
export interface ServiceSites {
  /** A server does not tell that it has done something: the client asks for it again. */
  readonly forgetsAnswer: string;
  /** A client sends its request twice. */
  readonly asksTwice: string;
  /** A client asks somebody else than the leader that it knows. */
  readonly asksElsewhere: string;
  /** A client waits for a tenth of its patience. */
  readonly asksSoon: string;
}

/** The sites of a service, under its name. */
export function serviceSites(service: string): ServiceSites {
  return {
    forgetsAnswer: `${service} forgets an answer`,
    asksTwice: `${service} asks twice`,
    asksElsewhere: `${service} asks elsewhere`,
    asksSoon: `${service} asks again soon`,
  };
}
