/**
 * Is this a branch name git would accept, as the part after `refs/heads/` (git-check-ref-format(1))? And one that cannot
 * be taken for an option.
 */
export function isBranchName(name: string): boolean {
  if (name === '' || name === '@' || name === 'HEAD' || name.length > 250) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: git forbids them.
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\.$/.test(name)) return false;
  return name
    .split('/')
    .every((part) => part !== '' && !part.startsWith('.') && !part.startsWith('-') && !part.endsWith('.lock'));
}

/** A full commit id: SHA-1, or SHA-256 in repositories of that format. */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
