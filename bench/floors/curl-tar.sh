#!/bin/sh
# The least that getting an archive and taking it apart can be, by the programs everyone has.
# usage: curl-tar.sh URL FOLDER
set -eu
mkdir -p "$2"
cd "$2"
curl -sSf "$1" | tar x
