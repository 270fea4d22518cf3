#!/usr/bin/env bash
# rootfs.sh BINARY FOLDER: everything that the image holds, made in FOLDER from the program and Debian's packages on
# this machine. The Dockerfile's build stage runs it, and so does ./ff image with a program that is built already.
#
# Kept: whatever is not ours is a file of a Debian package, byte for byte, and the package is recorded in
# var/lib/dpkg/status.d, where scanners look for it. The same program and the same package versions give the same
# bytes, names, modes and times, whoever runs this and wherever (layer.sh makes one tar of them).
set -euo pipefail
export LC_ALL=C
umask 022

readonly BINARY=$1 ROOT=$2
SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly SOURCE
readonly EPOCH=${SOURCE_DATE_EPOCH:-0} # of every file: when it was copied is nobody's business

# Loaded by dlopen when a shop uses PostgreSQL or webhooks, so the program's header doesn't name them
# (docs/adr/0014-libraries-on-demand.md).
readonly LOADED_ON_DEMAND=(libpq.so.5 libcurl.so.4)
# Compiled into the program, as headers or archives: no files of their own, but flaws and licences like the others.
readonly COMPILED_IN=(libboost1.81-dev libexpected-dev libcli11-dev libtomlplusplus-dev
  libsodium-dev libbrotli-dev libdeflate-dev libsqlite3-dev)

MULTIARCH=$(gcc -print-multiarch)
readonly MULTIARCH
readonly LIBRARIES=usr/lib/$MULTIARCH STATUS=var/lib/dpkg/status.d
declare -A PACKAGE_OF=() # "usr/lib/..." -> package, of each file that came from one

die() {
  printf 'rootfs.sh: %s\n' "$*" >&2
  exit 1
}

owner() { # owner FILE   the package that it belongs to. Debian 12 records some files under /lib, where they used to be
  local found
  found=$(dpkg-query -S "$1" 2>/dev/null || dpkg-query -S "${1#/usr}" 2>/dev/null) || die "$1 is of no Debian package"
  cut -d: -f1 <<<"$found" | head -n 1
}

take() { # take FILE PACKAGE   a file or a link of a package, at the place where it is here
  mkdir -p "$ROOT$(dirname "$1")"
  cp --no-dereference --preserve=mode "$1" "$ROOT$1"
  PACKAGE_OF[${1#/}]=$2
}

# --- the folders: Debian's merged /usr, and the two places that are written to ---------------------------------

rm -rf "$ROOT"
mkdir -p "$ROOT"/{etc,run,tmp,usr/bin,usr/lib64,"$LIBRARIES",var/lib/fashionforward,"$STATUS"}
ln -s usr/lib "$ROOT/lib"
ln -s usr/lib64 "$ROOT/lib64"
# With the sticky bit, like /tmp, rather than owned by 65532: so it also serves whoever is made to run as another
# user (`docker run --user`, OpenShift), and needs no root to be made here.
chmod 1777 "$ROOT/tmp" "$ROOT/var/lib/fashionforward"

# --- the program --------------------------------------------------------------------------------------------------

# Its symbols are half a megabyte that a crash report can do without; `strip` also drops what would tell two builds
# of the same source apart: names of local symbols with a hash of the file's path.
strip --strip-all -o "$ROOT/usr/bin/fashionforward" "$BINARY"
chmod 755 "$ROOT/usr/bin/fashionforward"

# --- the libraries: what the loader would load, now or on demand -----------------------------------------------

on_demand=()
for library in "${LOADED_ON_DEMAND[@]}"; do
  [[ -e /usr/lib/$MULTIARCH/$library ]] || die "$library is not installed"
  on_demand+=("/usr/lib/$MULTIARCH/$library")
done
needed=$(ldd "$BINARY" "${on_demand[@]}")
! grep 'not found' <<<"$needed" || die "a library is missing"
mapfile -t libraries < <({
  grep -o '/[^ :]*\.so[^ :]*' <<<"$needed"
  printf '%s\n' "${on_demand[@]}"
} | sort -u)
for library in "${libraries[@]}"; do
  real=$(realpath "$library")
  [[ $real == "/$LIBRARIES"/* ]] || die "$library is outside of /$LIBRARIES: $real"
  package=$(owner "$real")
  take "$real" "$package"
  # By its other name, the one that is asked for, when it has two.
  name=/$LIBRARIES/$(basename "$library")
  [[ $name == "$real" ]] || take "$name" "$package"
done
# The program's header names its loader by an absolute path: in /lib64, on some architectures in /lib.
loader=$(sed -n 's|^\t\(/lib[^ ]*/ld-[^ ]*\) .*|\1|p' <<<"$needed" | head -n 1)
[[ -n $loader ]] || die "ldd names no loader"
ln -s "../lib/$MULTIARCH/$(basename "$loader")" "$ROOT/usr$loader"

# --- what libraries read: authorities, time zones, names --------------------------------------------------------

# Mozilla's, as the package has them: those that were added to this machine stay on it.
mkdir -p "$ROOT/etc/ssl/certs" "$ROOT/usr/lib/ssl"
cat /usr/share/ca-certificates/mozilla/*.crt >"$ROOT/etc/ssl/certs/ca-certificates.crt"
ln -s /etc/ssl/certs/ca-certificates.crt "$ROOT/usr/lib/ssl/cert.pem" # where OpenSSL looks by itself

# Without the copies (right/ counts leap seconds, posix/ is the same again) and what only zic and people read.
mapfile -t zones < <(dpkg-query -L tzdata | grep '^/usr/share/zoneinfo/' | while read -r file; do
  [[ -d $file || $file =~ /(posix|right)/ || $file =~ (\.tab|\.zi|\.list|leapseconds|posixrules|localtime)$ ]] ||
    echo "$file"
done)
tar --create --directory=/ --files-from=<(printf '%s\n' "${zones[@]#/}") | tar --extract --directory="$ROOT"
for file in "${zones[@]}"; do PACKAGE_OF[${file#/}]=tzdata; done

take /usr/lib/os-release base-files # by it scanners know whose packages these are
ln -s ../usr/lib/os-release "$ROOT/etc/os-release"

cat >"$ROOT/etc/passwd" <<'PASSWD'
root:x:0:0:root:/:/nonexistent
nonroot:x:65532:65532:nonroot:/var/lib/fashionforward:/nonexistent
PASSWD
printf 'root:x:0:\nnonroot:x:65532:\n' >"$ROOT/etc/group"
echo 'hosts: files dns' >"$ROOT/etc/nsswitch.conf"

# --- whose all this is: packages, licences ----------------------------------------------------------------------

declare -A packages=([ca-certificates]=1)
for file in "${!PACKAGE_OF[@]}"; do packages[${PACKAGE_OF[$file]}]=1; done
for package in "${COMPILED_IN[@]}"; do packages[$package]=1; done
for package in "${!packages[@]}"; do
  dpkg-query --status "$package" >"$ROOT/$STATUS/$package"
  licence=/usr/share/doc/$package/copyright
  [[ -f $licence ]] || die "$licence is missing, and nothing is shipped without its licence"
  mkdir -p "$ROOT/usr/share/doc/$package"
  cp "$licence" "$ROOT$licence"
  chmod 644 "$ROOT$licence"
  PACKAGE_OF[${licence#/}]=$package
done
for file in "${!PACKAGE_OF[@]}"; do
  [[ -L $ROOT/$file ]] || printf '%s %s\n' "${PACKAGE_OF[$file]}" "$file"
done | sort | while read -r package file; do
  (cd "$ROOT" && md5sum "$file") >>"$ROOT/$STATUS/$package.md5sums"
done
mkdir -p "$ROOT/usr/share/doc/fashionforward"
cp "$SOURCE"/LICENSE "$SOURCE"/web/assets/fonts/*-OFL.txt "$ROOT/usr/share/doc/fashionforward/"
chmod 644 "$ROOT"/usr/share/doc/fashionforward/*

find "$ROOT" -exec touch --no-dereference --date="@$EPOCH" {} +
