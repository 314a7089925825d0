// Processes of this machine, as anybody may read them. Part of the host's narrow interface.

/** Addresses a process listens on at one port. */
export interface Listening {
  /** Any address but loopback. */
  readonly outside: boolean;
  readonly loopback: boolean;
  /** Ports it listens on at all, sorted; for the diagnosis. */
  readonly ports: readonly number[];
}

export interface Proc {
  /** Start time in clock ticks since boot: with the pid, the identity of a process. undefined: no such process (a zombie counts as none). */
  startTicks(pid: number): Promise<number | undefined>;
  /** Its parent: changes when that dies. undefined: no such process (a zombie counts as none). Cheap: meant to be asked for many. */
  parent(pid: number): Promise<number | undefined>;
  /**
   * Who listens on tcp `port` in the network namespace of `pid`. `own`: only sockets among the processes of that
   * container (its pid and descendants), for containers with the host's network; where a process's open files are closed
   * to us (it runs as a subordinate uid), a socket of its uid counts as its own. undefined: cannot be read.
   */
  listens(pid: number, port: number, options: { own: boolean }): Promise<Listening | undefined>;
  /** Processes of our own user that run one of these programs (the first 15 characters of its name); zombies are none. */
  programs(names: ReadonlySet<string>): Promise<readonly Running[]>;
  /** The network namespace a process is in, as the kernel names it; undefined: nobody, or a process of another user. */
  network(pid: number): Promise<string | undefined>;
  bootId(): Promise<string>;
  /** Time since that boot, sleep included, ms: nobody sets it. */
  upMs(): number;
  uid(): number;
}

/** One process of ours, as `programs` found it. */
export interface Running {
  readonly pid: number;
  readonly program: string;
  readonly args: readonly string[];
  /** Its network namespace, as `network` gives it. */
  readonly netns: string;
}
