#!/bin/sh
# The least that getting archives, taking them apart and packing them anew can be, by the programs everyone has.
# usage: curl-unzip-zip.sh URL FOLDER NAME...
set -eu
url=$1 folder=$2
shift 2
mkdir -p "$folder/downloads" "$folder/set"
cd "$folder"
for name in "$@"; do curl -sSf -o "downloads/$name.zip" "$url/$name.zip"; done
for name in "$@"; do unzip -q "downloads/$name.zip" -d set; done
cd set
zip -0 -q -r ../set.zip .
