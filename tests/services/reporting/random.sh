#!/bin/sh
# Random changes in two orders; see random.awk. $1 runs scripts.
set -eu
folder=$(dirname "$0")
script=$(mktemp /tmp/random.XXXXXX)
trap 'rm -f "$script"' EXIT
for seed in 1 2; do
	echo "seed $seed"
	awk -v seed="$seed" -f "$folder/random.awk" >"$script"
	"$1" "$script"
done
