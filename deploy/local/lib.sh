# shellcheck shell=bash
# The pieces of the local set-up, to be sourced: a private PostgreSQL and a
# private mail acceptor (Postfix and Dovecot), each in a folder of its own. The
# set-up keeps one of each running under its supervisor; tests start more beside
# them, in other folders and on other ports:
#
#   . deploy/local/lib.sh
#   pg_start /tmp/t/pg /tmp/t/run && echo "postgresql://owner@/echo?host=/tmp/t/run"
#   mail_start /tmp/t/mail 9025 9143
#   ...; mail_stop /tmp/t/mail; pg_stop /tmp/t/pg
#
# Works as root (each server then runs as the user that its package made) and as
# any other user. With ECHO_TIE=1 what is started dies with the shell that
# started it. A function that fails says why on standard error and returns 1.

local_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pg_bin=/usr/lib/postgresql/15/bin
services=(registry scheduler notifier reporting)

# complain TEXT...: prints the lines to standard error and returns 1
complain() {
	printf '%s\n' "$@" >&2
	return 1
}

# user_for NAME: the user that runs NAME here: NAME if we are root, else ourselves
user_for() {
	if ((EUID == 0)); then
		echo "$1"
	else
		id -un
	fi
}

# be USER: sets `be` to the command prefix that turns into USER, if we are root
be() {
	be=()
	if ((EUID == 0)) && [[ $1 != root ]]; then
		be=(setpriv "--reuid=$1" "--regid=$(id -g "$1")" --init-groups)
	fi
}

# own USER MODE FOLDER...: makes the folders, for USER if we are root
own() {
	local user=$1 mode=$2 folder
	shift 2
	for folder; do
		mkdir -p "$folder"
		chmod "$mode" "$folder"
		((EUID != 0)) || chown "$user:" "$folder"
	done
}

# usable FOLDER LONGEST: checks that FOLDER can hold state; LONGEST is its longest socket
usable() {
	[[ $1 == /* && $1 =~ ^[A-Za-z0-9._/+-]+$ ]] || complain \
		"The state folder must be an absolute path of letters, digits and . _ / + -" \
		"and this is not: $1" || return 1
	((${#1} + ${#2} < 107)) || complain \
		"The path of the state folder is too long for the sockets in it: $1" \
		"Choose one of at most $((105 - ${#2})) characters." || return 1
	((EUID == 0)) || return 0
	mkdir -p "$1"
	be daemon
	"${be[@]}" test -x "$1" || complain \
		"The servers do not run as root, and cannot reach $1 (a folder above is closed)." \
		"Choose another, for example /var/lib/echo-superhub."
}

# render IN OUT NAME=VALUE...: fills @NAME@ in a template; returns 2 if OUT was the same
render() {
	local in=$1 out=$2 text pair
	shift 2
	text=$(cat "$in") || return 1
	for pair; do
		text=${text//"@${pair%%=*}@"/${pair#*=}}
	done
	[[ ! $text =~ @[A-Z_]+@ ]] ||
		complain "$in: nobody gave a value for ${BASH_REMATCH[0]}" || return 1
	[[ ! -e $out || $text != "$(cat "$out")" ]] || return 2
	printf '%s\n' "$text" >"$out.new" && mv "$out.new" "$out"
}

# wait_until SECONDS COMMAND...: repeats a quiet command until it succeeds
wait_until() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		((${EPOCHREALTIME/./} < end)) || return 1
		sleep 0.05
	done
}

# alive PIDFILE FOLDER: whether the process of the file's first line is there, and is
# one of FOLDER (a stale number may long be somebody else's)
alive() {
	local pid
	[[ -s $1 ]] && read -r pid <"$1" && grep -qsF -- "$2" "/proc/$pid/cmdline"
}

# halt PIDFILE FOLDER SIGNAL SECONDS: ends that process, waits, and kills it in the end;
# takes the file away, which would keep some servers from starting
halt() {
	local pid
	if alive "$1" "$2"; then
		read -r pid <"$1"
		kill -s "$3" "$pid" 2>/dev/null || true
		wait_until "$4" ended "$pid" || kill -s KILL "$pid" 2>/dev/null || true
	fi
	rm -f "$1"
}

# ended PID: whether the process is gone, or dead and only not yet waited for
ended() {
	! grep -qsa . "/proc/$1/cmdline"
}

# detach LOG COMMAND...: runs a server in the background (with ECHO_TIE=1: tied to us)
detach() {
	local log=$1
	shift
	if [[ ${ECHO_TIE-} ]]; then
		"$@" </dev/null >>"$log" 2>&1 &
	else
		setsid -f "$@" </dev/null >>"$log" 2>&1
	fi
}

# tie SIGNAL: sets `tie` to the prefix that makes the kernel send SIGNAL to a program
# when its parent dies (after any change of user, which would clear it)
tie() {
	tie=(setpriv --pdeathsig "$1")
}

# held PORT...: prints those on which a program listens
held() {
	local port
	for port; do
		! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || echo "$port"
	done
}

# known BINARY: prints those of the settings on standard input, NAME=VALUE a line,
# that the program's own --help knows
known() {
	local names line name
	names=$("$1" --help | grep -oE 'ECHO_[A-Z0-9_]+') ||
		complain "$1 --help does not list its settings" || return 1
	names=" ${names//$'\n'/ } "
	while read -r line; do
		name=${line%%=*}
		if [[ $names == *" $name "* || $names == *" ${name%_FILE} "* ]]; then
			echo "$line"
		fi
	done
}

# --- PostgreSQL -----------------------------------------------------------

# pg_create DATA SOCKETS [ROLE...]: makes a cluster unless it is there
pg_create() {
	local data=$1 sockets=$2 user role
	shift 2
	user=$(user_for postgres)
	[[ ! -s $data/PG_VERSION ]] || return 0
	[[ -x $pg_bin/initdb ]] || complain \
		"PostgreSQL 15 is not installed: deploy/local/install run" || return 1
	usable "$(dirname "$data")" / || return 1
	rm -rf "$data.new"
	own "$user" 700 "$data.new"
	[[ -d $sockets ]] || own "$user" 755 "$sockets"
	be "$user"
	(cd / && "${be[@]}" "$pg_bin/initdb" -D "$data.new" -U postgres -E UTF8 \
		--locale=C.UTF-8 --auth=peer -N >"$data.new.log" 2>&1) ||
		complain "initdb failed:" "$(tail -n 5 "$data.new.log")" || return 1
	{
		echo
		cat "$local_dir/postgres.conf"
		echo "unix_socket_directories = '$sockets'"
	} | "${be[@]}" tee -a "$data.new/postgresql.conf" >/dev/null
	# who may be what: root and the owner of the cluster anybody, the
	# account that the services run under only what the services are
	{
		for role in postgres owner "${services[@]}" "$@"; do
			printf 'local %s %s\n' "$(id -un)" "$role" "$user" "$role"
		done
		for role in "${services[@]}"; do
			printf 'local %s %s\n' "$(user_for daemon)" "$role"
		done
	} | sort -u | "${be[@]}" tee "$data.new/pg_ident.conf" >/dev/null
	echo "local all all peer map=local" |
		"${be[@]}" tee "$data.new/pg_hba.conf" >/dev/null
	rm -f "$data.new.log"
	mv "$data.new" "$data"
}

# pg_command DATA: sets `command` to what runs the server in the foreground; with `tie`
pg_command() {
	local user
	user=$(user_for postgres)
	be "$user"
	command=("${be[@]}" "${tie[@]}" "$pg_bin/postgres" -D "$1")
}

# pg_ready SOCKETS: whether the server answers
pg_ready() {
	"$pg_bin/pg_isready" -q -t 3 -h "$1"
}

# pg_prepare SOCKETS: makes the roles and the database `echo` unless they are there
pg_prepare() {
	local role
	{
		for role in owner "${services[@]}"; do
			echo "SELECT 'CREATE ROLE $role LOGIN'" \
				"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$role') \\gexec"
		done
		echo "SELECT 'CREATE DATABASE echo OWNER owner' WHERE NOT EXISTS" \
			"(SELECT FROM pg_database WHERE datname = 'echo') \\gexec"
		echo "\\connect echo"
		# only the owner of the cluster may make these
		echo "CREATE EXTENSION IF NOT EXISTS pg_trgm;"
		echo "CREATE EXTENSION IF NOT EXISTS btree_gist;"
		echo "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
	} | psql -X -q -v ON_ERROR_STOP=1 -h "$1" -U postgres -d postgres \
		2> >(grep -v '^NOTICE' >&2)
}

# pg_start DATA SOCKETS [ROLE...]: makes, starts and prepares a cluster, waits till it answers
pg_start() {
	local data=$1 sockets=$2 command be tie=()
	pg_create "$@" || return 1
	[[ ! ${ECHO_TIE-} ]] || tie INT
	pg_command "$data"
	if ! alive "$data/postmaster.pid" "$data"; then
		detach "$data.log" "${command[@]}"
	fi
	wait_until 30 pg_ready "$sockets" ||
		complain "PostgreSQL does not answer:" "$(tail -n 5 "$data.log")" || return 1
	pg_prepare "$sockets"
}

# pg_stop DATA: stops the cluster (fast), waits
pg_stop() {
	halt "$1/postmaster.pid" "$1" INT 60
}

# --- the mail acceptor ----------------------------------------------------

# mail_create MAIL SMTP_PORT IMAP_PORT [TIMEOUT_S]: writes the folder of an acceptor.
# Accepted mails are the files in MAIL/journal/{new,cur}. Returns 2 if nothing changed.
mail_create() {
	local mail=$1 box values folder daemons changed=2
	[[ -x /usr/lib/postfix/sbin/master && -x /usr/sbin/dovecot ]] || complain \
		"Postfix and Dovecot are not installed: deploy/local/install run" || return 1
	usable "$mail" /dovecot/run/auth-token-secret.dat || return 1
	box=$(user_for mail)
	own "$box" 755 "$mail"
	own "$box" 700 "$mail"/journal/{new,cur,tmp} "$mail/journal" "$mail/index"
	own root 755 "$mail"/postfix/{etc,queue} "$mail/postfix" "$mail/dovecot"
	own "$(user_for postfix)" 700 "$mail/postfix/data" \
		"$mail"/postfix/queue/{active,bounce,corrupt,defer,deferred,flush,hold,incoming,private,saved,trace}
	own "$(user_for postfix)" 710 "$mail/postfix/queue/public"
	own root 755 "$mail/postfix/queue/pid"
	daemons=/usr/lib/postfix/sbin
	if ((EUID != 0)); then
		daemons=$mail/postfix/daemons
		mkdir -p "$daemons"
		for folder in smtpd cleanup qmgr trivial-rewrite bounce showq error virtual postlogd; do
			install -m 755 "$local_dir/postfix-daemon" "$daemons/$folder"
		done
	fi
	values=("DAEMONS=$daemons" "MAIL=$mail" "SMTP_PORT=$2" "IMAP_PORT=$3" "SMTPD_TIMEOUT=${4:-300}"
		"MAIL_UID=$(id -u "$box")" "MAIL_GID=$(id -g "$box")"
		"LOGIN_USER=$(user_for dovenull)" "INTERNAL_USER=$(user_for dovecot)"
		"INTERNAL_GROUP=$(id -gn "$(user_for dovecot)")"
		"MAIL_OWNER=$(user_for postfix)" "UNPRIV=$( ((EUID == 0)) && echo - || echo n)")
	printf 'journal:{PLAIN}journal\n' >"$mail/dovecot/users"
	for folder in main.cf:postfix/etc/main.cf master.cf:postfix/etc/master.cf \
		refused:postfix/etc/refused dovecot.conf:dovecot/dovecot.conf; do
		local status=0
		render "$local_dir/${folder%:*}.in" "$mail/${folder#*:}" "${values[@]}" ||
			status=$?
		case $status in
		0) changed=0 ;;
		1) return 1 ;;
		esac
	done
	return "$changed"
}

# postfix_command MAIL: sets `command` to what runs Postfix in the foreground (-d: the
# master leaves session and output alone; who starts it has seen to them)
postfix_command() {
	command=(env -i "PATH=$PATH" LANG=C "MAIL_CONFIG=$1/postfix/etc")
	if ((EUID != 0)); then
		command+=(LD_PRELOAD=libuid_wrapper.so UID_WRAPPER=1 UID_WRAPPER_ROOT=1)
	fi
	command+=(/usr/lib/postfix/sbin/master -c "$1/postfix/etc" -d)
}

# dovecot_command MAIL: sets `command` to what runs Dovecot in the foreground
dovecot_command() {
	command=(/usr/sbin/dovecot -F -c "$1/dovecot/dovecot.conf")
}

# smtp_ready PORT: whether an SMTP server greets there
smtp_ready() {
	curl -s -m 3 "smtp://127.0.0.1:$1" -X NOOP
}

# imap_ready PORT: whether the journal can be opened there
imap_ready() {
	curl -s -m 3 -u journal:journal "imap://127.0.0.1:$1/INBOX" -X NOOP
}

# mail_start MAIL SMTP_PORT IMAP_PORT [TIMEOUT_S]: makes and starts an acceptor, waits till it answers
mail_start() {
	local mail=$1 command tie=() status=0
	[[ ! ${ECHO_TIE-} ]] || tie TERM
	mail_create "$@" || status=$?
	((status != 1)) || return 1
	if ! alive "$mail/postfix/queue/pid/master.pid" "$mail"; then
		postfix_command "$mail"
		[[ ! ${ECHO_TIE-} ]] || command=("${tie[@]}" "$local_dir/postfix-guard" "$mail")
		detach "$mail/start.log" "${command[@]}"
	fi
	if ! alive "$mail/dovecot/run/master.pid" "$mail"; then
		dovecot_command "$mail"
		detach "$mail/start.log" "${tie[@]}" "${command[@]}"
	fi
	wait_until 15 smtp_ready "$2" || complain "Postfix does not answer:" \
		"$(tail -qn 5 "$mail/start.log" "$mail/postfix.log")" || return 1
	wait_until 15 imap_ready "$3" || complain "Dovecot does not answer:" \
		"$(tail -qn 5 "$mail/start.log" "$mail/dovecot.log")"
}

# mail_stop MAIL: stops both, waits
mail_stop() {
	halt "$1/postfix/queue/pid/master.pid" "$1" TERM 10
	halt "$1/dovecot/run/master.pid" "$1" TERM 10
}

# mail_find IMAP_PORT MESSAGE_ID: prints the journal's numbers of the mails with this id
mail_find() {
	curl -s -m 30 -u journal:journal "imap://127.0.0.1:$1/INBOX" \
		-X "SEARCH HEADER Message-ID $2" | sed -n 's/^\* SEARCH *\([0-9 ]*\).*/\1/p'
}
