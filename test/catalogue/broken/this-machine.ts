// SPDX-License-Identifier: LGPL-2.1-or-later
import { existsSync, readFileSync } from 'node:fs';

/** Whether libvirt can define VMs here that run on KVM; none is ever started. */
export const hasKvm = existsSync('/dev/kvm');

/** Whether KVM of this machine gives guests a counter of any rate, so that no rate is wrong. */
export const scalesCounter = /\btsc_scal(e|ing)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
