// SPDX-License-Identifier: LGPL-2.1-or-later
import { version } from '../package.json';
import type { CliEnvironment, Output } from './cli/environment.ts';
import { exitStatus } from './cli/exit-status.ts';
import { runCommandLine } from './cli/run.ts';
import { nodePlatform } from './platform/node.ts';
import { NodeTerminal } from './platform/node-terminal.ts';

function screenOf(stream: NodeJS.WriteStream): Output {
  let open = true;
  // The pipe was closed (`| head`). The work continues without output.
  stream.on('error', () => {
    open = false;
  });
  return {
    isTerminal: stream.isTTY,
    get columns() {
      // A terminal without a known width reports 0.
      return stream.isTTY && stream.columns > 0 ? stream.columns : 80;
    },
    write: (text) => {
      if (open) stream.write(text);
    },
  };
}

const environment: CliEnvironment = {
  platform: nodePlatform(),
  version,
  isRoot: process.getuid?.() === 0,
  out: screenOf(process.stdout),
  err: screenOf(process.stderr),
  // Not on standard output, which may be a file.
  terminal: new NodeTerminal(process.stdin, process.stderr),
  agentSocket: process.env['SSH_AUTH_SOCK'],
  onSignal: (listener) => {
    const interrupt = (): void => {
      listener('interrupt');
    };
    const leave = (): void => {
      listener('leave');
    };
    process.on('SIGINT', interrupt).on('SIGTERM', leave).on('SIGHUP', leave);
    return () => {
      process.off('SIGINT', interrupt).off('SIGTERM', leave).off('SIGHUP', leave);
    };
  },
};

// Open calls (to libvirt-dbus, for a migration that was left) must not keep the program running.
runCommandLine(process.argv.slice(2), environment).then(
  (status) => {
    process.exit(status);
  },
  (error: unknown) => {
    process.stderr.write(
      `cockpit-migrate: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(exitStatus.unknown);
  },
);
