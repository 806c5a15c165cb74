#!/bin/sh
# The CNI executable: hands a container runtime's call to the node agent, and in every unusual case to Python.
#
# A runtime starts it for each pod, and Python takes as long to start as all the rest of a call. So this part uses what
# is built into dash, bash and busybox ash, starts nothing, and judges nothing: the agent does, by the very functions
# of the Python program, which stands below. (What a shell cannot read it cannot hand over: a NUL in the configuration,
# which JSON does not have, is lost.)
#
# The agent lays out tickets in the directory SOCKET.calls, which is its owner's alone. A ticket is a directory with two
# FIFOs. The only writer of "answer" is the agent: when that dies the reader is at the end, and nobody waits for ever.
# Who creates "call", by O_EXCL, has the ticket, and writes the call into it; then it rings by writing the ticket's name
# into "bell". Into "answer" the agent writes "taken" when it begins, then two lines: 0 or 1, the exit status, and what
# goes to standard output. A call that was taken is not made again. One that was not has done nothing, and Python asks:
# the agent sent it there, or died, or has removed the ticket. That goes as a whole, by a rename: opening what has gone
# creates nothing.
#
# An agent that neither answers nor dies is waited for: a FIFO has no deadline, nor has the "read" of dash. Where
# Kubernetes runs the agent, its liveness probe ends one that hangs, after a minute; one that is stopped by SIGSTOP, and
# any elsewhere, is waited for until the runtime's own deadline. STATUS asks for just that, so it is Python's, which
# waits for an answer no longer than 60 s.
newline='
'
key='{"agent_socket":"'
taken=

ask() {
    set -C
    [ -O "$socket.calls" ] && [ ! -h "$socket.calls" ] || return 1 # what others have made is not the agent's
    for ticket in "$socket.calls"/*; do
        [ -p "$ticket/answer" ] && [ -p "$ticket/bell" ] || continue
        { # the disk being full, the next would fail too
            printf '%s\n' "$socket" "$BGPKIT_NODE_SOCKET" "$CNI_COMMAND" "$CNI_CONTAINERID" "$CNI_NETNS" "$CNI_IFNAME" \
                "$CNI_ARGS" "$config" || return 1
        } >"$ticket/call" || continue
        # Open for both, a FIFO opens for reading at once, whether there is a writer or not; what is opened inside stays.
        { command exec 4<"$ticket/answer"; } 3<>"$ticket/answer" || continue
        printf '%s\n' "${ticket##*/}" 1<>"$ticket/bell" || continue
        { IFS= read -r taken && IFS= read -r status && IFS= read -r body; } <&4
        return
    done
    return 1
}

# Sets python to the interpreter of this node. A relative part of PATH would lead into whatever directory this runs in.
find_python() {
    python=@PYTHON@
    [ ! "$python" ] || return
    set -f
    IFS=:
    for folder in /usr/bin $PATH; do
        python=$folder/python3
        case $folder in /*) [ ! -x "$python" ] || return ;; esac
    done
    python=
}

if IFS= read -r config; then # a line has an end, which runtimes do not write
    while IFS= read -r line; do
        config=$config$newline$line
    done
    config=$config$newline$line
fi
socket=$BGPKIT_NODE_SOCKET
if [ ! "$socket" ]; then
    case $config in
        "$key"*)
            socket=${config#"$key"}
            socket=${socket%%\"*}
            ;;
        *) socket=/run/bgpkit-node/agent.sock ;;
    esac
fi
case $CNI_COMMAND:$socket$CNI_CONTAINERID$CNI_NETNS$CNI_IFNAME$CNI_ARGS$config in
    STATUS:* | *"$newline"*) ;;
    *)
        if ask 2>/dev/null; then
            [ ! "$body" ] || printf '%s\n' "$body" || exit 1
            exit "$status"
        fi
        ;;
esac
find_python
if [ ! -x "$python" ]; then
    why='the node agent has not taken the call, and there is no Python on the node to wait for it'
    [ ! "$taken" ] || why='the node agent stopped before it answered'
    printf '{"cniVersion": "1.0.0", "code": 11, "msg": "%s", "details": "%s"}\n' "$why" \
        'without python3 in /usr/bin or on PATH only calls that a running agent takes at once are answered'
    exit 1
fi
TMPDIR=/dev/shm # where bash puts a long here-document, though /tmp be read-only
exec "$python" -IS "$0" "${taken:+lost}" <<END
$config
END
