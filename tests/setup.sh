# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What captures/demo and tests/run share: install what is missing, build, run Wireshark's programs as a user.
# To be sourced with $root set to the top of the tree.

nobody=65534 # uid and gid for Wireshark's programs when we are root

# What the user's own settings would change: the language of messages, rights of new files, where Wireshark looks.
export LC_ALL=C.UTF-8
umask 022
unset XDG_CONFIG_HOME WIRESHARK_CONFIG_DIR WIRESHARK_PLUGIN_DIR

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "${0##*/}: $*"
    exit 1
}

# packages_missing PACKAGE...: those of them that are not installed
packages_missing() {
    for package in "$@"; do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=
        [ "$status" = installed ] || printf '%s ' "$package"
    done
}

# A folder for temporary files that only root can enter is of no use to nobody.
if [ "$(id -u)" = 0 ] && ! setpriv --reuid=$nobody --regid=$nobody --clear-groups test -x "${TMPDIR:-/tmp}"; then
    unset TMPDIR
fi

# as_root COMMAND...: fails if we are neither root nor allowed to become it without a password
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null && sudo -n "$@"
    fi
}

# packages_update: fresh lists of packages. A mirror or a clock that lags is no reason to fail; signatures are checked
# all the same.
packages_update() {
    as_root apt-get -qq update || as_root apt-get -qq -o Acquire::Check-Valid-Until=false update
}

# packages_need PACKAGE...: installs those that are missing
packages_need() {
    command -v dpkg-query >/dev/null ||
        die "this is no Debian or Ubuntu; install what these packages hold by hand: $*"
    missing=$(packages_missing "$@")
    [ -n "$missing" ] || return 0
    say "Installing $missing..."
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list of words
    if packages_update >"$log" 2>&1 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600 \
            --no-install-recommends install $missing >>"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "some packages are missing; as root: apt-get install $missing"
    fi
}

# build FOLDER [CMAKE OPTION...]: configures and builds into $root/FOLDER, one at a time
build() {
    folder=$root/$1
    shift
    # A cache from another place (a copied tree, a mounted container volume) cannot be used.
    if [ -f "$folder/CMakeCache.txt" ] && ! grep -q "^CMAKE_HOME_DIRECTORY:INTERNAL=$root\$" "$folder/CMakeCache.txt"; then
        rm -rf "$folder"
    fi
    say "Building into ${folder#"$root"/}..."
    mkdir -p "$folder" || die "cannot write to $folder"
    if ! build_locked "$@" 9>"$folder/build.lock"; then
        tail -n 40 "$folder/build.log" >&2
        die "the build failed, see ${folder#"$root"/}/build.log"
    fi
}

# build_locked [CMAKE OPTION...]: the same into $folder, with its lock as file 9
build_locked() (
    flock 9
    exec >"$folder/build.log" 2>&1
    cmake -S "$root" -B "$folder" "$@" && cmake --build "$folder" --parallel "$(nproc)"
)

# user_home_make: a home for Wireshark's programs with the plugin in its personal folder, in $user_home.
# Wireshark loads personal plugins for ordinary users only, so root becomes nobody to run it.
user_home_make() {
    user_home=$(mktemp -d)
    plugins=$user_home/.local/lib/wireshark/plugins
    mkdir -p "$plugins"
    cp -R "$root"/build/plugins/. "$plugins"
    [ "$(id -u)" != 0 ] || chown -R $nobody:$nobody "$user_home"
}

# as_user COMMAND...: runs it with that home, and there: nobody may not be able to enter the folder we are in
as_user() (
    cd "$user_home"
    export HOME="$user_home" TZ=UTC
    if [ "$(id -u)" = 0 ]; then
        exec setpriv --reuid=$nobody --regid=$nobody --clear-groups "$@"
    else
        exec "$@"
    fi
)

# user_file FILE: a path from the root at which that user can read FILE, a copy if need be
user_file() {
    path=$(realpath -- "$1")
    if as_user test -r "$path"; then
        printf '%s\n' "$path"
    else
        cp -- "$path" "$user_home/${1##*/}" && chmod a+r "$user_home/${1##*/}" && printf '%s\n' "$user_home/${1##*/}"
    fi
}
