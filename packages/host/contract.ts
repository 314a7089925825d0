import type { Duplex } from 'node:stream';
import type { BusyPort, Instant } from '@reconcile/core';
import type { Proc } from './proc/contract.ts';
import type { Handshake, HandshakeOptions } from './tls/handshake.ts';

// The outside world as one narrow interface, in a reading and a writing half. The dry run is built from `ReadHost` alone.

export interface RunOptions {
  /** Deadline of the whole call, ms; at it the child's process group is killed and RUN_TIMEOUT thrown. Required: nothing runs without. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly stdin?: string | Uint8Array;
  /** Added to the host's minimal environment (HOME, PATH, XDG_RUNTIME_DIR, LANG=C.UTF-8 …); never the caller's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default `/`: what we start never depends on the caller's directory. */
  readonly cwd?: string;
  /** Most bytes of stdout kept; more is RUN_TOO_MUCH. Default 64 MiB. */
  readonly maxBytes?: number;
  /** How stdout becomes text. `latin1` loses nothing: `Buffer.from(stdout, 'latin1')` gives the bytes back. Default utf8. */
  readonly encoding?: 'utf8' | 'latin1';
}

/** A child that ended by itself, whatever its exit code. */
export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  /** Last 64 KiB. For people: nobody decides by it. */
  readonly stderr: string;
  readonly durationMs: number;
}

export interface RunHandle {
  readonly pid: number;
}

/** A program under way, and the two ends of its pipe. */
export interface Talk {
  /** What is written is its stdin, what is read its stdout. */
  readonly stream: Duplex;
  /** The newest of its stderr, 64 KiB at most. For people. */
  said(): string;
  /** Its exit code, 128 + n after signal n; its stderr is whole by then. */
  readonly ended: Promise<number>;
}

export interface ReadRun {
  /**
   * Runs a program that only reads. `ReadHost` knows the reading verbs of each program (reading.ts) and throws
   * RUN_NOT_READING for any other, before anything is started.
   * @throws RUN_TIMEOUT RUN_MISSING RUN_CANCELLED RUN_KILLED RUN_TOO_MUCH RUN_FAILED RUN_NOT_READING
   */
  run(program: string, args: readonly string[], options: RunOptions): Promise<RunResult>;
  /**
   * Lines of a reading program's output as they come (`podman logs -f`, `events`), until it ends or `signal`
   * fires; `stderr: true` mixes in its stderr. Ending the loop ends the program. @throws like `run`; RUN_FAILED when it ends with another exit code than 0.
   */
  lines(
    program: string,
    args: readonly string[],
    options: Omit<RunOptions, 'stdin'> & { readonly stderr?: boolean },
  ): AsyncIterable<string>;
}

export interface WriteRun extends ReadRun {
  /** Output of a program as it comes, of any length; ending the loop ends the program. @throws like `lines` */
  bytes(
    program: string,
    args: readonly string[],
    options: Omit<RunOptions, 'stdin' | 'maxBytes' | 'encoding'>,
  ): AsyncIterable<Uint8Array>;
  /** Starts a program that outlives us: own session, stdin from /dev/null, output to `logFile` (appended, 0600) or nowhere. @throws RUN_MISSING RUN_FAILED */
  start(
    program: string,
    args: readonly string[],
    options: { env?: Readonly<Record<string, string>>; logFile?: string; cwd?: string },
  ): Promise<RunHandle>;
  /**
   * Starts a program that is spoken with over its stdin and stdout, in a process group of its own (the keyboard's signals do not
   * reach it). It is given up on after `timeoutMs`, and ends when `stream` is destroyed. @throws RUN_MISSING RUN_FAILED
   */
  talk(
    program: string,
    args: readonly string[],
    options: { readonly env?: Readonly<Record<string, string>>; readonly timeoutMs: number },
  ): Promise<Talk>;
  /** Runs with the caller's terminal (`exec -it`); resolves to its exit code, 128 + n after signal n. @throws RUN_MISSING RUN_FAILED */
  attach(
    program: string,
    args: readonly string[],
    options: { env?: Readonly<Record<string, string>>; signal?: AbortSignal },
  ): Promise<number>;
}

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'socket' | 'other';
  readonly size: number;
  /** Permission bits only. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
  /** Nanoseconds, as text: exact, for "did this file change". */
  readonly mtimeNs: string;
  readonly inode: string;
  readonly device: string;
  /** When it was made, nanoseconds as text: with the inode it tells one directory from another. '0' where the file system keeps no such time. */
  readonly birthNs: string;
}

export interface ReadFiles {
  /** Content of a regular file, undefined when it is not there. A symlink is followed. Default limit 64 MiB. @throws FILE_TOO_LARGE FILE_DENIED FILE_FAILED */
  read(path: string, options?: { maxBytes?: number }): Promise<Uint8Array | undefined>;
  text(path: string, options?: { maxBytes?: number }): Promise<string | undefined>;
  /** Names, sorted; undefined when the directory is not there. */
  list(path: string): Promise<readonly string[] | undefined>;
  /**
   * Is there nothing in a directory (`lost+found` apart)? Reads only as far as the first name. undefined when it is not there, no
   * directory, or not ours to look into.
   */
  isEmpty(path: string): Promise<boolean | undefined>;
  /** Of the path itself: a symlink is not followed. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Of many files of ours at once, in their order: on a local file system that is a matter of microseconds each. */
  stats(paths: readonly string[]): Promise<readonly (FileStat | undefined)[]>;
  /** undefined when it does not resolve. */
  realpath(path: string): Promise<string | undefined>;
  /** Room on the file system that holds a path, for this user; undefined when the path is not there. */
  space(path: string): Promise<Space | undefined>;
}

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** 0 of 0 where the file system does not count them. */
  readonly freeInodes: number;
  readonly totalInodes: number;
  /** tmpfs or ramfs: nothing of it outlives the machine's power, or ever reaches a disk that is not swap. */
  readonly isMemory: boolean;
}

export interface WriteFiles extends ReadFiles {
  /** Temporary file in the same directory, fsync, rename, fsync of the directory. Never follows a symlink at `path`. */
  write(path: string, content: string | Uint8Array, options: { mode: number }): Promise<void>;
  /** Same inode: what is bind-mounted sees it. Not atomic: for copies that are compared and written again. */
  overwrite(path: string, content: string | Uint8Array): Promise<void>;
  append(path: string, content: string, options: { mode: number }): Promise<void>;
  /** Missing parents are made with the same mode; an existing directory's mode and owner are left alone. */
  makeDir(path: string, options: { mode: number }): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  /** A file or an empty directory; absent is fine. */
  remove(path: string): Promise<void>;
  /** A directory of ours with everything below; symlinks are removed, not followed. */
  removeTree(path: string): Promise<void>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `http://127.0.0.1:8080/healthz`, or `https://…` with the certificate checked; with `socketPath` only the path counts. */
  readonly url: string;
  readonly socketPath?: string;
  /** PEM: trusted for this request instead of the authorities that Node.js brings along. */
  readonly ca?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Most bytes of the answer; more is HTTP_TOO_MUCH. Default 16 MiB. */
  readonly maxBytes?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly durationMs: number;
}

export interface Http {
  /** Any status resolves. Redirects are not followed. Connections to one socket or origin are kept alive. `ReadHost`: GET and HEAD only. @throws HTTP_TIMEOUT HTTP_FAILED HTTP_TOO_MUCH HTTP_CANCELLED HTTP_NOT_READING */
  request(request: HttpRequest): Promise<HttpResponse>;
}

/** Asks a program at a unix socket to turn the connection into something else (RFC 9110, 7.8: `Upgrade: tcp`). */
export interface UpgradeRequest {
  readonly socketPath: string;
  readonly url: string;
  /** JSON. */
  readonly body: string;
  /** Until the other end agrees, ms; what follows has no deadline but `signal`. */
  readonly timeoutMs: number;
  /** Ends the connection too. */
  readonly signal: AbortSignal;
}

/** A connection on which both ends say bytes of their own. */
export interface Pipe {
  /** What the other end says, until it ends; only as fast as it is read. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Resolves once there is room for more, or nobody reads any longer. */
  write(bytes: Uint8Array): Promise<void>;
  /** Nothing more will be written; the other end may go on. */
  end(): void;
  close(): void;
}

export interface WriteHttp extends Http {
  /** @throws HTTP_TIMEOUT HTTP_FAILED HTTP_CANCELLED; HTTP_FAILED with the answer as cause where the other end does not agree */
  upgrade(request: UpgradeRequest): Promise<Pipe>;
}

/** What a bare TCP connection came to. `closed`: accepted, then closed without a byte before `stayMs`. */
export type ConnectVerdict = 'open' | 'answered' | 'closed' | 'refused' | 'timeout' | 'unreachable';

/** One DNS message. */
export interface DnsExchange {
  /** Default `tcp`. By `udp` there is one answer. */
  readonly transport?: 'tcp' | 'udp';
  readonly server: { readonly ip: string; readonly port: number };
  /** In wire format, without its length. */
  readonly message: Uint8Array;
  /** Deadline of the whole exchange, ms. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Most bytes of all answers together; more is DNS_TOO_MUCH. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Whether this answer ends the exchange (a zone transfer has several); what it throws is thrown. */
  readonly isLast: (answer: Uint8Array) => boolean;
}

export interface ResolveOptions {
  /** `127.0.0.1:5353`, `[::1]:53`; absent: the resolvers of this machine. */
  readonly server?: string;
  readonly timeoutMs: number;
}

export interface GrpcHealthQuestion {
  readonly ip: string;
  readonly port: number;
  /** '' the program as a whole. */
  readonly service: string;
  readonly timeoutMs: number;
  /** With TLS; the certificate is not verified. */
  readonly tls: boolean;
}

/** `says`: the state's own name, or why there was no answer. */
export interface GrpcHealth {
  readonly serving: boolean;
  readonly says: string;
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly maxBytes?: number;
  /** Is given each part of the answer as it comes, instead of all of it in the end, when '' is. Throws nothing. */
  readonly seen?: (part: string) => void;
}

export interface Net {
  /** Asks `grpc.health.v1.Health/Check`. Never throws: no answer is an answer about a program's health. */
  grpcHealth(question: GrpcHealthQuestion): Promise<GrpcHealth>;
  /** Connects and looks for `stayMs` whether the other end stays, speaks, or closes. Sends nothing. */
  connect(ip: string, port: number, options: { timeoutMs: number; stayMs: number }): Promise<ConnectVerdict>;
  /**
   * Sends one text and reads until the end, over a unix socket: HAProxy's runtime API. `ReadHost` sends only `show …`
   * commands. @throws SOCKET_FAILED SOCKET_TIMEOUT SOCKET_TOO_MUCH SOCKET_NOT_READING
   */
  ask(socketPath: string, text: string, options: AskOptions): Promise<string>;
  /** One TLS handshake, to see the certificate that is really shown for a name; with `ask` one GET after it, else nothing more. */
  handshake(ip: string, port: number, options: HandshakeOptions): Promise<Handshake | { readonly refused: string }>;
  /** Sends one DNS message and gives its answers. `ReadHost`: queries and transfers only, no updates. @throws DNS_FAILED DNS_TIMEOUT DNS_TOO_MUCH DNS_CANCELLED DNS_NOT_READING */
  dns(exchange: DnsExchange): Promise<readonly Uint8Array[]>;
  /** Values of a name, sorted; undefined when there is no such name or nothing of that type. @throws DNS_FAILED DNS_TIMEOUT */
  resolve(
    name: string,
    type: 'A' | 'AAAA' | 'CNAME' | 'TXT',
    options: ResolveOptions,
  ): Promise<readonly string[] | undefined>;
  /** Listening sockets of this machine, from /proc/net. */
  listening(): Promise<readonly BusyPort[]>;
  /** Open connections (a half-closed one is open) whose local end is one of these tcp ports, from /proc/net. */
  established(ports: readonly number[]): Promise<number>;
}

export interface Clock {
  now(): Instant;
  /** Rejects with WAIT_CANCELLED when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Ids {
  /** 128 random bits, hex. */
  random(): string;
}

/**
 * Base directories of this process's user, resolved once (XDG Base Directory Specification 0.8): `~`, `$XDG_RUNTIME_DIR`,
 * `~/.config`, `~/.local/state`. Whoever uses one appends `reconcile`.
 */
export interface Home {
  readonly home: string;
  readonly runtimeDir: string;
  readonly configDir: string;
  readonly stateDir: string;
}

export interface ReadHost {
  readonly run: ReadRun;
  readonly files: ReadFiles;
  readonly http: Http;
  readonly net: Net;
  readonly proc: Proc;
  readonly clock: Clock;
  readonly home: Home;
}

export interface Host extends ReadHost {
  readonly run: WriteRun;
  readonly files: WriteFiles;
  readonly http: WriteHttp;
  readonly ids: Ids;
  /** Sends a signal to one process we know by pid *and* start time; false when it is no longer that process. @throws KILL_DENIED */
  kill(
    pid: number,
    startTicks: number,
    signal: 'SIGTERM' | 'SIGKILL' | 'SIGUSR1' | 'SIGUSR2' | 'SIGHUP',
  ): Promise<boolean>;
}
