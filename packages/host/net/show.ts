/**
 * Does this text ask HAProxy's runtime API only to show things? Commands are separated by `;` or newlines; on the master's
 * socket each may be addressed to a worker with `@…` (management guide 9.3, 9.4). A `\` could hide a separator, a `<<` starts data.
 */
export function isShowOnly(text: string): boolean {
  if (/\\|<<|[\0\r]/.test(text)) return false;
  const commands = text
    .trim()
    .split(/[;\n]/)
    .map((command) => command.trim());
  // `prompt` lets one connection carry several lines, `quit` ends it: neither changes anything.
  return commands.every((command) => /^(prompt|quit|(@[!\w]+\s+)?show(\s.*)?)$/.test(command));
}
