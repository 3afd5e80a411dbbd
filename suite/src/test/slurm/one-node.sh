#!/bin/sh
# Slurm with this machine as its one node, for as long as a command runs: one-node.sh <folder> <command>...
# The three daemons (munged, slurmctld, slurmd) run as the user who calls, and write into the folder alone.
# Ends with code 77 where Slurm is not installed.
set -eu
PATH=$PATH:/usr/sbin:/sbin
for program in munged slurmctld slurmd sbatch squeue sinfo scancel; do
  command -v "$program" >/dev/null || { echo "there is no $program" >&2; exit 77; }
done
folder=$1
shift
cd "$folder"
here=$(pwd)
user=$(id -un)
host=$(hostname -s)
port=$((20000 + $$ % 20000))

mkdir -p state spool munge
chmod 700 munge
dd if=/dev/urandom of=munge/key bs=1024 count=1 2>/dev/null
chmod 600 munge/key
cat >slurm.conf <<CONF
ClusterName=gatun
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$here/munge/socket
CredType=cred/munge
StateSaveLocation=$here/state
SlurmdSpoolDir=$here/spool
SlurmctldPidFile=$here/slurmctld.pid
SlurmdPidFile=$here/slurmd.pid
SlurmctldLogFile=$here/slurmctld.log
SlurmdLogFile=$here/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
# More processors than there may be, so that several tasks run at once.
SlurmdParameters=config_overrides
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
MpiDefault=none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$here/slurm.conf"

daemons=
stop() {
  code=$?
  # Gatun's tasks end first, while there is a slurmd to end them.
  scancel --user="$user" 2>/dev/null || :
  for daemon in $daemons; do kill "$daemon" 2>/dev/null || :; done
  wait
  exit $code
}
trap stop EXIT
trap 'exit 143' TERM INT HUP
munged --foreground --force --key-file="$here/munge/key" --socket="$here/munge/socket" --seed-file="$here/munge/seed" \
  --pid-file="$here/munge/pid" --log-file="$here/munge/log" >munge/out 2>&1 &
daemons="$daemons $!"
tries=0
until [ -S munge/socket ]; do
  tries=$((tries + 1))
  [ $tries -le 100 ] || { cat munge/out; echo "munged does not start" >&2; exit 1; }
  sleep 0.1
done
slurmctld -D -f "$SLURM_CONF" >slurmctld.out 2>&1 &
daemons="$! $daemons"
slurmd -D -f "$SLURM_CONF" -N "$host" >slurmd.out 2>&1 &
daemons="$! $daemons"
tries=0
until [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ]; do
  tries=$((tries + 1))
  [ $tries -le 300 ] || { tail -n 20 slurmctld.log slurmd.log slurmctld.out slurmd.out >&2; echo "Slurm does not start" >&2; exit 1; }
  sleep 0.1
done
cd "$OLDPWD"
"$@"
