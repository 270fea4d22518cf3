#!/usr/bin/env bash
# layer.sh FOLDER FILE: the folder that rootfs.sh made as one tar, the same bytes for the same content.
#
# Kept: names in one order, root as owner, no time but SOURCE_DATE_EPOCH, no extended headers that would tell who made it.
set -euo pipefail
readonly FOLDER=$1 FILE=$2
LC_ALL=C tar --create --file="$FILE" --directory="$FOLDER" --format=gnu --sort=name --numeric-owner --owner=0 --group=0 \
  --mtime="@${SOURCE_DATE_EPOCH:-0}" .
