import type { Diagnostic } from '@reconcile/core';
import type { FleetDefinition, ServiceDefinition } from '../model/index.ts';
import { checkAcross } from './cross/index.ts';
import { readFleet } from './fleet.ts';
import { kib, limits } from './limits.ts';
import { place } from './place.ts';
import { readToml } from './read.ts';
import { Report } from './report.ts';
import { type ParsedService, readService } from './service.ts';

/** Everything a snapshot says. With an error among the diagnostics nothing of it may be applied; warnings are for people. */
export interface ParseResult {
  /** Sorted by name; without those that have errors. */
  readonly definitions: readonly ServiceDefinition[];
  readonly fleet: FleetDefinition;
  /** Sorted by file and place. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Called whenever work on a file begins, so that a watcher knows where a slow one is. */
export type OnFile = (file: string) => void;

/** Paths of the definitions in a snapshot, in order: fleet.toml, then services/*.toml. */
export function definitionFiles(files: Iterable<string>): string[] {
  return [...files].filter((file) => file === 'fleet.toml' || /^services\/[^/]+\.toml$/.test(file)).sort();
}

/**
 * Reads all definitions of a snapshot and reports every problem in one go. Pure but for loading the parser of positions
 * when there is something to point at. Never throws and never blocks for long, whatever the bytes; for files from
 * strangers there is `parseInWorker` all the same.
 */
export async function parseSnapshot(files: ReadonlyMap<string, Uint8Array>, onFile?: OnFile): Promise<ParseResult> {
  const paths = definitionFiles(files.keys());
  const tooMuch = overLimits(files, paths);
  if (tooMuch !== undefined)
    return { definitions: [], fleet: readFleet(tooMuch).definition, diagnostics: await place([tooMuch]) };

  const reports = paths.map((path) => {
    onFile?.(path);
    return readToml(path, files.get(path) ?? new Uint8Array());
  });
  const fleet = readFleet(reports.find((report) => report.file === 'fleet.toml') ?? missingFleet(reports));
  const total = { bytes: 0, seen: new Set<string>() };
  const services: ParsedService[] = [];
  for (const report of reports) {
    if (report.file === 'fleet.toml' || report.raw === undefined) continue;
    onFile?.(report.file);
    const service = readService(report, { files, total });
    if (service !== undefined) services.push(service);
  }
  checkAcross({ services, fleet, names: claimedNames(reports) });
  const definitions = services
    .filter((service) => !service.report.hasErrors)
    .map((service) => service.definition)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { definitions, fleet: fleet.definition, diagnostics: await place(reports, onFile) };
}

function overLimits(files: ReadonlyMap<string, Uint8Array>, paths: readonly string[]): Report | undefined {
  const report = new Report('fleet.toml', '');
  if (paths.length > limits.files)
    report.error('TooLarge', [], `the snapshot has ${paths.length} definitions; it may have ${limits.files}`);
  const bytes = paths.reduce((sum, path) => sum + (files.get(path)?.length ?? 0), 0);
  if (bytes > limits.totalBytes)
    report.error(
      'TooLarge',
      [],
      `all definitions together have ${kib(bytes)}; they may have ${kib(limits.totalBytes)}`,
    );
  return report.hasErrors ? report : undefined;
}

function missingFleet(reports: Report[]): Report {
  const report = new Report('fleet.toml', '');
  report.error('FleetMissing', [], {
    message: 'there is no fleet.toml',
    hint: 'it needs one line, name = "…"; reconcile init writes one',
  });
  reports.push(report);
  return report;
}

/** Also of files that have errors: what refers to them must not be called unknown. */
function claimedNames(reports: readonly Report[]): Set<string> {
  const names = new Set<string>();
  for (const report of reports) {
    if (report.file === 'fleet.toml') continue;
    const name = (report.raw as { name?: unknown } | undefined)?.name;
    names.add(typeof name === 'string' ? name : report.file.slice('services/'.length, -'.toml'.length));
  }
  return names;
}
