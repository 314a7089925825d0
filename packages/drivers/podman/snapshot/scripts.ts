import { asideDir, workDir } from './model.ts';

// POSIX sh, run as root of the user's namespace. $1 is the directory of the data, $2 the name under which old files are kept.
// In it: <work>/new what was unpacked, <work>/ready once that is whole, <work>/old what was there, <work>/emptied once all of it
// is there; $3 `begun`: only if some of it was moved already. Every step is a rename in one file system and may be done again, so the same script finishes what was cut short.

/** Moves everything of the directory but our own two, and what a file system brings along, to $1. */
const moveAll = `
move_all() {
  for f in ./* ./.[!.]* ./..?*; do
    case $f in ./${workDir}|./${asideDir}|./lost+found) continue;; esac
    if [ -e "$f" ] || [ -L "$f" ]; then mv -- "$f" "$1"; fi
  done
}`;

export const swapScript = `set -eu
cd -- "$1"
[ -e ${workDir}/ready ] || exit 0
if [ "\${3:-}" = begun ] && [ ! -e ${workDir}/old ]; then exit 0; fi
${moveAll}
top=$(pwd)
mkdir -p ${workDir}/old ${asideDir}
chmod 700 ${workDir} ${asideDir}
if [ ! -e ${workDir}/emptied ]; then
  move_all ${workDir}/old/
  touch ${workDir}/emptied
fi
cd ${workDir}/new
move_all "$top/"
cd "$top"
chown --reference=${workDir}/new . 2>/dev/null || true
chmod --reference=${workDir}/new . 2>/dev/null || true
if [ ! -e "${asideDir}/$2" ]; then mv -- ${workDir}/old "${asideDir}/$2"
else rmdir ${workDir}/old 2>/dev/null || mv -- ${workDir}/old "${asideDir}/$2-$$"; fi
rm -f ${workDir}/ready
rm -rf ${workDir}
`;

/** Old files back to their place; what was restored is kept beside them under the label. */
export const putBackScript = `set -eu
cd -- "$1"
${moveAll}
top=$(pwd)
back() { cd "$1"; move_all "$top/"; cd "$top"; }
if [ -e ${workDir}/ready ]; then
  if [ -e ${workDir}/emptied ]; then move_all ${workDir}/new/; rm -f ${workDir}/emptied; fi
  if [ -d ${workDir}/old ]; then back ${workDir}/old; fi
  rm -rf ${workDir}
elif [ -d "${asideDir}/$2" ]; then
  mkdir "${asideDir}/$2-restored"
  move_all "${asideDir}/$2-restored/"
  back "${asideDir}/$2"
  rmdir "${asideDir}/$2"
fi
`;
