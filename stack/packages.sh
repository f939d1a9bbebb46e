#!/usr/bin/env bash
# Installs packages of the distribution for their files alone: no service of theirs starts, now or at the next boot, no
# database cluster is made, and services that run already go on as they were. Run as root by install.sh.
#     stack/packages.sh nginx postgresql …        `postgresql` stands for the server and the extensions that are used
set -euo pipefail

die() { printf 'Stopped: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || die "stack/packages.sh installs packages, so it must run as root: sudo $0 $*"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

policy=/usr/sbin/policy-rc.d
policy_mark='# walletbase: here only while packages are being installed'
cluster_defaults=/etc/postgresql-common/createcluster.d/walletbase.conf
log=$(mktemp)

restore() {
  rm -f "$policy" "$cluster_defaults" "$log"
  if [ -e "$policy.before-walletbase" ]; then mv "$policy.before-walletbase" "$policy"; fi
  rmdir --ignore-fail-on-non-empty "$(dirname "$cluster_defaults")" 2>/dev/null || true
}
trap restore EXIT
trap 'exit 130' INT TERM HUP

# 101 means "not allowed": package scripts then neither start nor restart anything
if [ -e "$policy" ] && ! grep -qF "$policy_mark" "$policy"; then mv "$policy" "$policy.before-walletbase"; fi
printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
chmod 755 "$policy"
mkdir -p "$(dirname "$cluster_defaults")"
echo 'create_main_cluster = false' >"$cluster_defaults"

quietly() {
  "$@" >"$log" 2>&1 && return
  tail -n 15 "$log" >&2
  die "this failed: $*. Mend what apt says above, then run the command again."
}

quietly apt-get -o DPkg::Lock::Timeout=300 update

names=()
for name in "$@"; do
  if [ "$name" = postgresql ]; then
    version=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/^ *Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
    [ -n "$version" ] || die 'apt offers no package postgresql. Walletbase runs on Debian 12 and 13 and Ubuntu 24.04.'
    [ "$version" -ge 15 ] ||
      die "apt offers PostgreSQL $version, and 15 or later is needed. Use Debian 12 or later or Ubuntu 24.04, or add the repository of postgresql.org to apt."
    names+=("postgresql-$version" "postgresql-$version-cron" "postgresql-$version-pgtap" "postgresql-$version-plpgsql-check")
  else
    names+=("$name")
  fi
done

# a folder that is not there has nothing in it
names_in() { { find "$@" -printf '%p\n' 2>/dev/null || true; } | sort; }
started_at_boot() { names_in /etc/systemd/system -path '*.wants/*' -type l; }
boot_scripts() { names_in /etc/init.d -type f; }
nginx_modules() { names_in /etc/nginx/modules-enabled -type l; }

units_before=$(started_at_boot)
scripts_before=$(boot_scripts)
modules_before=$(nginx_modules)
nginx_before=$(command -v nginx || true)

quietly apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends --no-upgrade "${names[@]}"

comm -13 <(echo "$units_before") <(started_at_boot) | while read -r unit; do
  deb-systemd-helper disable "$(basename "$unit")" >/dev/null 2>&1 || true
done
comm -13 <(echo "$scripts_before") <(boot_scripts) | while read -r script; do
  update-rc.d "$(basename "$script")" disable >/dev/null 2>&1 || true
done
# an nginx that was here before goes on loading what it loaded
if [ -n "$nginx_before" ]; then
  comm -13 <(echo "$modules_before") <(nginx_modules) | xargs --no-run-if-empty rm
fi
