#!/bin/bash
# Where the local set-up lives and what each program of it is told: the one place
# for folders, ports and settings. Sourced by the commands beside it; as a program
# it prints the settings of one service, one NAME=VALUE a line:
#
#   deploy/local/env.sh registry
#
# ECHO_STATE      the state folder; a second instance has another
# ECHO_PORT_BASE  7000: the ports are this + 25 (SMTP), 143 (IMAP), 101-104 (rpc),
#                 201-204 (doorbells), 301-304 (health)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if ((EUID == 0)); then
	state=${ECHO_STATE:-/var/lib/echo-superhub}
else
	state=${ECHO_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/echo-superhub}
fi
base=${ECHO_PORT_BASE:-7000}
export ECHO_STATE=$state ECHO_PORT_BASE=$base
# shellcheck disable=SC2034 # for those who source this
tree=$(cd "$local_dir/../.." && pwd)
smtp_port=$((base + 25))
imap_port=$((base + 143))
# shellcheck disable=SC2034 # for those who source this
programs=(postgres postfix dovecot "${services[@]}")

# place SERVICE: its number in the row of ports
place() {
	local i
	for i in "${!services[@]}"; do
		[[ ${services[i]} != "$1" ]] || echo $((i + 1))
	done
}

# address SERVICE 100|200|300: host and port of its rpc, doorbell or health
address() {
	echo "127.0.0.1:$((base + $2 + $(place "$1")))"
}

# all_settings SERVICE: every setting that anybody may want, NAME=VALUE a line
all_settings() {
	local peer
	echo "ECHO_LISTEN=tcp://$(address "$1" 100)"
	echo "ECHO_PUBLISH=tcp://$(address "$1" 200)"
	echo "ECHO_HTTP_LISTEN=http://$(address "$1" 300)"
	echo "ECHO_DATABASE_URL=postgresql://$1@/echo?host=$state/run"
	echo "ECHO_KEYS_FILE=$state/keys/$1.keys"
	echo "ECHO_PEERS_FILE=$state/keys/peers"
	echo "ECHO_CREDENTIAL_KEYS_FILE=$state/keys/credential.keys"
	echo "ECHO_SIGNING_KEYS_FILE=$state/keys/signing.keys"
	echo "ECHO_VAULT_KEYS_FILE=$state/keys/vault.keys"
	for peer in "${services[@]}"; do
		echo "ECHO_${peer^^}_URL=tcp://$(address "$peer" 100)"
		echo "ECHO_${peer^^}_NEWS_URL=tcp://$(address "$peer" 200)"
	done
	echo "ECHO_CLOCK_FILE=$state/clock"
	echo "ECHO_DRAIN_SECONDS=1"
	echo "ECHO_SMTP_URL=smtp://127.0.0.1:$smtp_port"
	echo "ECHO_IMAP_URL=imap://journal:journal@127.0.0.1:$imap_port/INBOX"
	echo "ECHO_IN_DOUBT_GRACE_S=5"
	echo "ECHO_IN_DOUBT_POLICY=hold"
	echo "ECHO_MAIL_FROM=reminders@superhub.example.org"
	echo "ECHO_PUBLIC_URL=http://127.0.0.1:$((base + 80))"
}

# settings SERVICE BINARY: those of them that its own --help knows
settings() {
	all_settings "$1" | known "$2"
}

# client_settings: exports what the client has to know; it finds the rest in ECHO_STATE
client_settings() {
	local i
	unset ECHO_PORT_BASE # the set-up's own
	for i in "${!services[@]}"; do
		export "ECHO_${services[i]^^}_URL=tcp://127.0.0.1:$((base + 101 + i))"
	done
}

# binary NAME: the program as the set-up runs it (a copy: a build changes nothing)
binary() {
	echo "$state/bin/$1"
}

# control COMMAND...: supervisorctl on our supervisor
control() {
	supervisorctl -c "$state/etc/supervisord.conf" "$@"
}

# supervised: whether our supervisor is running
supervised() {
	alive "$state/run/supervisord.pid" "$state/etc/supervisord.conf"
}

# healthy PROGRAM: whether it does its work
healthy() {
	case $1 in
	postgres) pg_ready "$state/run" ;;
	postfix) smtp_ready "$smtp_port" ;;
	dovecot) imap_ready "$imap_port" ;;
	*) curl -sf -m 3 -o /dev/null "http://$(address "$1" 300)/readyz" ;;
	esac
}

# log_files PROGRAM: where it writes
log_files() {
	case $1 in
	postfix | dovecot) echo "$state/mail/$1.log" ;;
	up) echo "$state/log/up.log" ;;
	*) echo "$state/log/$1.log" ;;
	esac
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
	(($# == 1)) || complain "usage: env.sh SERVICE" || exit 2
	[[ -x $(binary "$1") ]] || complain "There is no $(binary "$1"): run deploy/local/up" || exit 1
	settings "$1" "$(binary "$1")"
fi
