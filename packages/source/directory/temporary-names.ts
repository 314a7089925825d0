/** Names that editors and copiers use while they write; they come and go and are never meant. Also version control's own. */
const temporary: readonly RegExp[] = [
  /^\.git$/,
  /~$/,
  /^\.#/,
  /^#.*#$/,
  /\.sw[a-z]$/,
  /^4913$/,
  /\.(tmp|part|crdownload|kate-swp)$/,
  /^\.goutputstream-/,
  /___jb_(tmp|old)___$/,
  /^\.(nfs|fuse_hidden)[0-9a-f]+/,
  /^\.DS_Store$/,
];

export function isTemporaryName(name: string): boolean {
  return temporary.some((pattern) => pattern.test(name));
}
