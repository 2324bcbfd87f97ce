// SPDX-License-Identifier: LGPL-2.1-or-later
import { existsSync, readFileSync } from 'node:fs';

/** Whether libvirt can define KVM VMs here. None is started. */
export const hasKvm = existsSync('/dev/kvm');

/** Whether this machine's KVM can scale the TSC, so that every frequency works. */
export const scalesCounter = /\btsc_scal(e|ing)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
