#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tries TCP connections.
#
# Arguments: "together" or "alone" (one after the other), the longest an attempt may take in seconds, then host and port of each.
# Prints:    a line for each attempt, which are numbered from 0:
#              NUMBER connected
#              NUMBER refused       by the host: nobody listens there
#              NUMBER rejected      by a firewall (only when alone)
#              NUMBER doubtful      by one of the two, to be tried again alone (only when together)
#              NUMBER timeout       no answer (only when together; alone, that is "rejected")
#              NUMBER failed TEXT   anything else, in the words of bash and the C library
# Runs on:   the host of the page or command line. bash, for its /dev/tcp.
#
# A firewall that rejects with "ICMP port unreachable" (plain REJECT of iptables, plain reject of nftables) makes connect() say
# "Connection refused", like a host with nothing on that port does, and only the latter means that the way is open. The
# kernel counts the ICMP messages that come in: no new one during the attempt, and it was the host. With one, it may have come
# for another attempt, so that is doubtful, and is tried again with nothing beside it. No answer the second time is a firewall,
# too: kernels send few ICMP messages a second (icmp_ratelimit), but always a reset. A firewall that forges a TCP reset cannot
# be told from the host by any means.

# How many ICMP "unreachable" messages the kernel has received, in $count.
unreachables() {
  local line header i name value
  count=0
  while read -r -a line; do
    [[ ${line[0]} == Icmp: ]] || continue
    if [[ ${line[1]} == InMsgs ]]; then
      header=("${line[@]}")
      continue
    fi
    for i in "${!line[@]}"; do [[ ${header[i]} == InDestUnreachs ]] && count=${line[i]}; done
  done </proc/net/snmp
  [[ -r /proc/net/snmp6 ]] || return 0
  while read -r name value; do [[ $name == Icmp6InDestUnreachs ]] && ((count += value)); done </proc/net/snmp6
  return 0
}

# try MODE NUMBER HOST PORT
try() {
  local before said
  unreachables
  before=$count
  if said=$( { : <>"/dev/tcp/$3/$4"; } 2>&1); then
    echo "$2 connected"
  elif [[ $said == *'Connection refused' ]]; then
    unreachables
    if ((count == before)); then
      echo "$2 refused"
    elif [[ $1 == alone ]]; then
      echo "$2 rejected"
    else
      echo "$2 doubtful"
    fi
  else
    echo "$2 failed ${said//$'\n'/ }"
  fi
}

end() {
  kill -TERM "${jobs[@]/#/-}" ${timer:+"-$timer"} 2>/dev/null
}

# Each job has a process group of its own, with which what it started ends, too.
set -m
trap 'end; exit 143' TERM HUP INT
mode=$1
limit=$2
shift 2
number=0
jobs=()
timer=''
silence=timeout
[[ $mode == alone ]] && silence=rejected
while (($# > 0)); do
  try "$mode" "$number" "$1" "$2" &
  jobs[number]=$!
  ((number += 1))
  shift 2
  if (($# == 0)) || [[ $mode == alone ]]; then
    # Measured after all have started, so that a busy machine does not shorten any attempt.
    {
      sleep "$limit"
      for number in "${!jobs[@]}"; do
        kill -0 "-${jobs[number]}" && echo "$number $silence" && kill -TERM "-${jobs[number]}"
      done
    } 2>/dev/null &
    timer=$!
    wait "${jobs[@]}" 2>/dev/null
    end
    jobs=()
  fi
done
