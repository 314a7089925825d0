import { parse, TomlError } from 'smol-toml';
import { kib, limits } from './limits.ts';
import type { Path } from './path.ts';
import { Report } from './report.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes of one file to a report that holds what it says, or why it says nothing. Any bytes are an answer. */
export function readToml(file: string, bytes: Uint8Array): Report {
  if (bytes.length > limits.fileBytes) {
    return failed(
      file,
      'TooLarge',
      `the file has ${kib(bytes.length)}; a definition may have ${kib(limits.fileBytes)}`,
    );
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return failed(file, 'Encoding', 'the file is not UTF-8');
  }
  const report = new Report(file, text);
  try {
    report.raw = parse(text, { maxDepth: limits.depth, unsafeKeyBehaviour: 'throw' });
  } catch (error) {
    // The parser's own text ends with a picture of the place; its first line is the reason.
    const [reason = 'not TOML'] = (error instanceof Error ? error.message : String(error)).split('\n');
    const message = reason.replace(/^Invalid TOML document: /, '');
    const position = error instanceof TomlError ? { line: error.line, column: error.column } : undefined;
    report.error('Syntax', [], { message: message, ...(position === undefined ? {} : { position }) });
    return report;
  }
  if (!inspect(report)) report.raw = undefined;
  return report;
}

function failed(file: string, code: 'TooLarge' | 'Encoding', message: string): Report {
  const report = new Report(file, '');
  report.error(code, [], message);
  return report;
}

/** Depth of headers (the parser bounds inline values only), and NUL, which no argument of a program can hold. */
function inspect(report: Report): boolean {
  const stack: { value: unknown; path: Path }[] = [{ value: report.raw, path: [] }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { value, path } = next;
    if (typeof value === 'string') {
      if (value.includes('\0')) report.error('WrongValue', path, 'a text must not contain NUL');
    } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
      if (path.length >= limits.depth) {
        report.error('TooLarge', [], `tables are nested more than ${limits.depth} deep`);
        return false;
      }
      for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
        stack.push({ value: (value as Record<string | number, unknown>)[key], path: [...path, key] });
      }
    }
  }
  return true;
}
