// SPDX-License-Identifier: LGPL-2.1-or-later
/** A D-Bus service for the contract suite: `node echo-service.js BUS-ADDRESS`. It prints "ready" when it owns its name. */
import dbus from 'dbus-next';

const name = 'org.cockpit_migrate.Echo';
const bus = dbus.sessionBus({ busAddress: process.argv[2] });

bus.addMethodHandler((message) => {
  if (message.interface !== name) return false;
  const [first, second] = message.body;
  switch (message.member) {
    // Returns its arguments, with the same signature.
    case 'Echo':
      bus.send(dbus.Message.newMethodReturn(message, message.signature, message.body));
      return true;
    // One more than a JavaScript number can represent exactly.
    case 'Big':
      bus.send(dbus.Message.newMethodReturn(message, 't', [2n ** 53n + 1n]));
      return true;
    // The same, inside of a dictionary of variants.
    case 'BigInside':
      bus.send(
        dbus.Message.newMethodReturn(message, 'a{sv}', [{ big: new dbus.Variant('x', -(2n ** 53n) - 1n) }]),
      );
      return true;
    case 'Fail':
      bus.send(dbus.Message.newError(message, first, second));
      return true;
    // Emits that signal with each number from 0, then returns.
    case 'Emit':
      for (let number = 0; number < second; number += 1)
        bus.send(
          dbus.Message.newSignal(message.path, name, first, 'uv', [number, new dbus.Variant('s', 'é')]),
        );
      bus.send(dbus.Message.newMethodReturn(message));
      return true;
    case 'Hang':
      return true;
    case 'Exit':
      return process.exit(0);
    default:
      return false;
  }
});
// The bus has ended, so the service is not needed any more.
bus.on('error', () => process.exit(1));
await bus.requestName(name, 0);
process.stdout.write('ready\n');
