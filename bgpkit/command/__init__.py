"""The command ``bgpkit``, for a terminal: nothing else in bgpkit imports it.

::

    main                        the words of the command, and the one place where errors become sentences
    decode                      ``bgpkit decode``: its options, and the way from an input to what is printed
    source, kind, hex_text      octets of a file or of standard input; what they are; hex digits
    framing, assumptions,
    verdict                     whole messages in octets; the terms to read them under; what RFC 7606 says of each
    octet_stream, records,
    capture/                    messages that stand one after the other; in MRT records; in captures of packets
    items                       what is printed
    text_output, json_output    printed for people; for machines

    run, run_daemon, run_notify ``bgpkit run``: its words; the daemon, its signals and its socket; what systemd is told
    asking                      what the commands below share: the way to a running daemon and back
    status, peers, routes,
    explain, watch, fib         ``bgpkit status`` and so on: the words of each
    fib_answers, fib_row        what a daemon says of its kernel table
    speaker_text, route_text,
    event_text, fib_text,
    table_text                  answers for people: peers, routes, events, the kernel's routes; tables
    reflect*, bfd*              ``bgpkit reflect`` and ``bgpkit bfd``
"""
