/** One step of an edit script over lines. */
interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

const context = 3;

/**
 * The unified diff of one text file, as `git apply` reads it; '' when nothing differs. undefined stands for no file.
 * Pure; for definitions of a few hundred lines (the table of the longest common subsequence is quadratic).
 */
export function unifiedDiff(before: string | undefined, after: string | undefined, path: string): string {
  const lines = compareLines(splitLines(before), splitLines(after));
  const head = [
    before === undefined ? '--- /dev/null' : `--- a/${path}`,
    after === undefined ? '+++ /dev/null' : `+++ b/${path}`,
  ];
  const body = hunks(lines);
  return body.length === 0 ? '' : `${[...head, ...body].join('\n')}\n`;
}

/** A last line without newline carries git's remark, so that it differs from the same line with one. */
function splitLines(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  return last === '' ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

function compareLines(a: readonly string[], b: readonly string[]): Line[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ sign: ' ', text }));
  const middle = compareMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))];
}

function compareMiddle(a: readonly string[], b: readonly string[]): Line[] {
  const width = b.length + 1;
  // common[i * width + j]: length of the longest common subsequence of a from i and b from j.
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      common[at] = a[i] === b[j] ? common[at + width + 1]! + 1 : Math.max(common[at + width]!, common[at + 1]!);
    }
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i++]! });
      j++;
    } else if (j === b.length || (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      lines.push({ sign: '-', text: a[i++]! });
    } else lines.push({ sign: '+', text: b[j++]! });
  }
  return lines;
}

function hunks(lines: readonly Line[]): string[] {
  const out: string[] = [];
  const changes = lines.flatMap((line, i) => (line.sign === ' ' ? [] : [i]));
  for (let first = 0; first < changes.length; ) {
    let last = first;
    while (last + 1 < changes.length && changes[last + 1]! - changes[last]! <= 2 * context) last++;
    const from = Math.max(0, changes[first]! - context);
    const to = Math.min(lines.length, changes[last]! + context + 1);
    const part = lines.slice(from, to);
    const side = (sign: '-' | '+') => {
      const before = lines.slice(0, from).filter((line) => line.sign === ' ' || line.sign === sign).length;
      const count = part.filter((line) => line.sign === ' ' || line.sign === sign).length;
      return `${sign}${count === 0 ? before : before + 1},${count}`;
    };
    out.push(`@@ ${side('-')} ${side('+')} @@`, ...part.map((line) => line.sign + line.text));
    first = last + 1;
  }
  return out;
}
