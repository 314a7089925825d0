# Node, pnpm without a global install, dependencies, the bundle.

check_node() {
  command -v node >/dev/null || fail "no node in PATH" "install Node 20.19 or later (with npm), then run ./dev again"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "node $(node --version) is too old" "install Node 20.19 or later"
  command -v npx >/dev/null || fail "node is there, npm is not" "install npm (Debian: apt-get install npm)"
}

# pnpm's version stands in package.json. A native module is compiled with the headers that lie beside node, where they do:
# otherwise node-gyp downloads them.
pnpm() {
  pnpm_version=$(node -p 'require("./package.json").packageManager')
  prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  if [ -e "$prefix/include/node/node_api.h" ]; then export npm_config_nodedir="$prefix"; fi
  npx -y "$pnpm_version" "$@"
}

# The stamp lies in node_modules, so that removing that is enough to start afresh.
install_dependencies() {
  check_node
  stamp=$(cat pnpm-lock.yaml pnpm-workspace.yaml package.json packages/*/package.json | cksum)-$(node --version)
  if [ "$(cat node_modules/.reconcile-stamp 2>/dev/null)" = "$stamp" ]; then return 0; fi
  install_packages $BUILD_PACKAGES ca-certificates git
  CI=true step dependencies pnpm install --frozen-lockfile --prefer-offline ||
    fail "pnpm could not install the dependencies" "is the npm registry reachable? then look at the lines above"
  printf '%s\n' "$stamp" >node_modules/.reconcile-stamp
}

tool() {
  tool_name=$1
  shift
  "$ROOT/node_modules/.bin/$tool_name" "$@"
}

# Without tsx's cache: it lies in the temporary directory and stays there.
run_ts() { TSX_DISABLE_CACHE=1 node --import tsx "$@"; }

build_bundle() {
  step build run_ts packages/cli/bundle/build.ts || fail "the bundle could not be built"
}
