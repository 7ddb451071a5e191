# shellcheck shell=bash
# What the stories of this folder share. A story is a program that starts services
# as they run, on a database and ports of its own, and tells what people do:
#
#   . lib.sh
#   story erase 24000 "$@"             its name, its ports, the programs; a database
#   start                              keys, migrations, services
#   call registry.GetHub '{...}'; level; at 2021-01-19T09:00:00Z
#   echo "ok: it is as it should be"
#
# What fails ends it with NOT: and the ends of the logs. A service that does not
# end well, or whose sanitizer has found something, fails it too. KEEP=1 keeps
# folder and database. ECHO_TEST_POSTGRES names a private cluster, as for all tests.
set -euo pipefail
export LC_ALL=C.UTF-8
# shellcheck source-path=SCRIPTDIR source=../../deploy/local/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/local/lib.sh"

cluster=$ECHO_TEST_POSTGRES
quiet=(ASAN_OPTIONS=detect_leaks=0) # of the services: other tests see to that
patience=60 # seconds, for whatever is waited for
replicas=1
more=()   # further settings, NAME=VALUE
order=()  # the services that are here
declare -A program pid=() # pid: of service and replica, and of whatever else runs

# story NAME PORT PROGRAM...: gives it a folder, a database, and 16 ports of the 4000 from PORT
# on, which are its own and never the kernel's. The folder is named after them: no
# two take the same. Some that another program holds: others.
story() {
	local try path ports
	for try in {1..99}; do
		base=$(($2 + RANDOM % 250 * 16)) home=/tmp/$1.$base
		mkdir "$home" 2>/dev/null || continue
		mapfile -t ports < <(seq "$base" $((base + 15)))
		[[ $(held "${ports[@]}") ]] || break
		rmdir "$home"
	done
	[[ -d $home ]] || fail "no 16 free ports from $2 on ($try tries)"
	database=$1_$base
	trap finish EXIT
	trap 'printf "NOT: %s:%s: %s\n" "$0" "$LINENO" "$BASH_COMMAND" >&2' ERR
	for path in "${@:3}"; do
		program[${path##*/}]=$path
		[[ ${path##*/} == superhub ]] || order+=("${path##*/}")
	done
	told_client=("PATH=$PATH" "HOME=$home" "ECHO_STATE=$home")
	for path in "${services[@]}"; do
		told_client+=("ECHO_${path^^}_URL=$(urls 0 "$path")")
	done
	psql -X -q "$cluster dbname=postgres" \
		-c "CREATE DATABASE $database OWNER owner"
	sql "CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist" >/dev/null
}

finish() {
	local status=$? each
	trap - ERR
	for each in "${!pid[@]}"; do
		kill "${pid[$each]}" 2>/dev/null || true
	done
	for each in "${!pid[@]}"; do
		wait "${pid[$each]}" && continue
		((status)) || status=1
		echo "NOT: $each ended badly" >&2
	done
	mail_stop "$home/mail"
	((status == 0)) || tail -n 5 "$home"/*.log >&2 || true
	if [[ ! ${KEEP-} ]]; then
		psql -X -q "$cluster dbname=postgres" \
			-c "DROP DATABASE IF EXISTS $database WITH (FORCE)" || true
		rm -rf "$home"
	fi
	exit "$status"
}

fail() {
	printf 'NOT: %s\n' "$@" >&2
	exit 1
}

# ---- asking ----

# superhub ...: the client, with nothing of our environment
superhub() {
	env -i "${told_client[@]}" ASAN_OPTIONS="${ASAN_OPTIONS-}" \
		UBSAN_OPTIONS="${UBSAN_OPTIONS-}" LSAN_OPTIONS="${LSAN_OPTIONS-}" \
		"${program[superhub]}" "$@"
}

# expect CODE TEXT ARGUMENT...: the exit code, and what is said somewhere (`said`)
expect() {
	local code=$1 text=$2 status=0
	shift 2
	said=$(superhub "$@" 2>&1) || status=$?
	((status == code)) || fail "superhub $*: exit $status, not $code" "$said"
	[[ $said == *"$text"* ]] || fail "superhub $* does not say: $text" "$said"
}

# call METHOD JSON: the reply in `said`; refuse TEXT METHOD JSON
call() {
	expect 0 "" call "$@" --format json
}
refuse() {
	expect 1 "$1" call "${@:2}"
}

sql() {
	psql -X -At "$cluster dbname=$database" -c "$1"
}

# becomes VALUE SQL: waits until the statement says so
becomes() {
	wait_until "$patience" says "$@" || fail "not $1 but $(sql "$2"): $2"
}
says() {
	[[ $(sql "$2") == "$1" ]]
}

# level: what was done so far has arrived everywhere
level() {
	expect 0 "" status --wait "$patience"
}

# at TIME: of the domain's clock, also in `now`
at() {
	# shellcheck disable=SC2034 # for authenticators
	now=$1
	superhub clock set "$1"
}

# ---- mail: a real acceptor takes it ----

# with_mail: before start
with_mail() {
	chmod 755 "$home" # the acceptor has users of its own
	more+=(ECHO_SMTP_URL=smtp://127.0.0.1:$((base + 12))
		ECHO_IMAP_URL=imap://journal:journal@127.0.0.1:$((base + 13))/INBOX
		ECHO_IN_DOUBT_GRACE_S=5 ECHO_PUBLIC_URL=https://superhub.example.org)
	mail_start "$home/mail" $((base + 12)) $((base + 13))
}

# mails ADDRESS: the files, the latest last; count ADDRESS
mails() {
	find "$home"/mail/journal/{new,cur} -type f -printf '%T@ %p\n' | sort -n |
		cut -d' ' -f2 | xargs -r grep -li "^To:.*<$1>" || true
}
count() {
	mails "$1" | wc -l
}
# gets ADDRESS COUNT: waits for so many; the plain text of the last in `mail`
gets() {
	wait_until "$patience" got "$@" || fail "$(count "$1") mails to $1, not $2"
	# quoted-printable: soft line ends, and = and bytes above 127
	mail=$(sed -e ':a; /=\r\?$/{ N; s/=\r\?\n//; ba; }' "$(mails "$1" | tail -n 1)" |
		tr -d '\r' | sed 's/\\/\\\\/g; s/=\([0-9A-F]\{2\}\)/\\x\1/g')
	mail=$(printf '%b' "$mail")
}
got() {
	(($(count "$1") >= $2))
}

# ---- services ----

# port KIND SERVICE REPLICA: kinds are 0 calls, 1 news, 2 http
port() {
	local i
	for i in "${!order[@]}"; do
		[[ ${order[i]} != "$2" ]] ||
			echo $((base + ($1 * ${#order[@]} + i) * replicas + $3))
	done
}

# urls KIND SERVICE: of all its replicas; of one that is not here, where nobody is
urls() {
	local i all=
	if [[ ! ${program[$2]-} ]]; then
		echo tcp://127.0.0.1:1
		return
	fi
	for ((i = 0; i < replicas; i++)); do
		all+=,tcp://127.0.0.1:$(port "$1" "$2" "$i")
	done
	echo "${all#,}"
}

# settings SERVICE REPLICA ROLE: its environment, connecting as ROLE
settings() {
	local each
	echo "ECHO_LISTEN=tcp://127.0.0.1:$(port 0 "$1" "$2")"
	echo "ECHO_PUBLISH=tcp://127.0.0.1:$(port 1 "$1" "$2")"
	echo "ECHO_HTTP_LISTEN=http://127.0.0.1:$(port 2 "$1" "$2")"
	for each in "${services[@]}"; do
		echo "ECHO_${each^^}_URL=$(urls 0 "$each")"
		echo "ECHO_${each^^}_NEWS_URL=$(urls 1 "$each")"
	done
	echo "ECHO_DATABASE_URL=$cluster dbname=$database user=$3"
	echo "ECHO_KEYS_FILE=$home/keys/$1.keys"
	echo "ECHO_PEERS_FILE=$home/keys/peers"
	for each in credential signing vault; do
		echo "ECHO_${each^^}_KEYS_FILE=$home/keys/$each.keys"
	done
	echo "ECHO_CLOCK_FILE=$home/clock"
	echo "ECHO_DRAIN_SECONDS=0"
	echo "ECHO_SMTP_URL=smtp://127.0.0.1:1" # no relay: what is to be sent waits
	echo "ECHO_MAIL_FROM=echo@superhub.example.org"
	printf '%s\n' "${more[@]}"
}

# told SERVICE REPLICA ROLE: sets `told` to the settings that it knows
told() {
	local text
	text=$(settings "$@" | known "${program[$1]}") || fail "the settings of $1"
	mapfile -t told <<<"$text"
}

# serve SERVICE [REPLICA]: starts one, waits till it is ready
serve() {
	local replica=${2-0} told
	told "$1" "$replica" "$1"
	env -i "PATH=$PATH" "${quiet[@]}" "${told[@]}" "${program[$1]}" \
		>>"$home/$1.log" 2>&1 &
	pid[$1$replica]=$!
	wait_until "$patience" curl -sf -m 3 -o /dev/null \
		"http://127.0.0.1:$(port 2 "$1" "$replica")/readyz" ||
		fail "$1 does not get ready"
}

# end SERVICE [REPLICA]: asks one to end, which it does well
end() {
	local one=$1${2-0}
	kill "${pid[$one]}"
	wait "${pid[$one]}" || fail "$one ended badly"
	unset "pid[$one]"
}

# start: keys, schemas, and every replica of every service
start() {
	local service i told
	superhub keys "$home/keys" >/dev/null
	for service in "${order[@]}"; do
		told "$service" 0 owner
		env -i "PATH=$PATH" "${quiet[@]}" "${told[@]}" "${program[$service]}" \
			migrate >>"$home/$service.log" 2>&1 || fail "$service migrate"
		for ((i = 0; i < replicas; i++)); do
			serve "$service" "$i"
		done
	done
}
