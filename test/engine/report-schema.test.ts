// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { listDocument } from '../../src/cli/list-command.ts';
import { msg } from '../../src/engine/base/message.ts';
import type { Vm } from '../../src/engine/inventory/vm.ts';
import { migrationReportOf } from '../../src/engine/migration/report.ts';
import type { MigrationPhase } from '../../src/engine/migration/state.ts';
import { planFor } from '../../src/engine/plan/plan.ts';
import { reportOf } from '../../src/engine/preflight/report.ts';
import { noProgress } from '../../src/engine/progress/progress.ts';
import { reportSchema, schemaProblems } from '../json-schema.ts';
import { choices, uuid } from './fixtures.ts';
import { forecasts, hard, passed, preflight, soft, unknown, warning } from './report-fixture.ts';

const none = new Set<string>();

/** The report as a reader parses it. */
function printed(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document));
}

describe('docs/report.schema.json', () => {
  it('says which schema language it is in', () => {
    expect(reportSchema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $ref: '#/$defs/report',
    });
  });

  it.each(forecasts.map((forecast) => [forecast.kind, forecast] as const))(
    'describes reports whose forecast is %s',
    (_, forecast) => {
      const change = { ...choices, temporary: true, migrationUri: 'tcp://10.0.0.2' };
      const state = preflight([passed, soft, hard, warning, unknown], forecast);
      const report = reportOf(change, planFor(change), state, new Set(['data-ports']));
      expect(schemaProblems(printed(report))).toEqual([]);
      expect(report.findings.map(({ overridden }) => overridden)).toEqual([
        undefined,
        true,
        undefined,
        undefined,
        undefined,
      ]);
    },
  );

  it('describes a report of unfinished checks', () => {
    const state = {
      running: false,
      refining: false,
      copyable: undefined,
      checks: [{ status: 'waiting', check: 'uri', title: msg('x'), group: 'connection' }] as const,
      forecast: undefined,
    };
    expect(schemaProblems(printed(reportOf(choices, planFor(choices), state, none)))).toEqual([]);
  });

  const answer = {
    question: msg('Q'),
    expected: msg('E'),
    answer: msg('A'),
    verdict: 'as-expected',
  } as const;
  const phases: readonly MigrationPhase[] = [
    { phase: 'preparing' },
    { phase: 'copying', progress: noProgress },
    { phase: 'switching', progress: noProgress },
    { phase: 'post-copy', progress: noProgress },
    { phase: 'verifying' },
    { phase: 'done', verification: 'confirmed', answers: [answer] },
    {
      phase: 'done',
      verification: 'incomplete',
      answers: [],
      elapsedMilliseconds: 1600,
      downtimeMilliseconds: 20,
    },
    { phase: 'failed', failure: { summary: msg('S'), original: '' } },
    { phase: 'failed', failure: { summary: msg('S'), original: 'o', advice: msg('A') } },
    {
      phase: 'failed',
      failure: {
        summary: msg('S'),
        original: 'o',
        remedies: [{ text: msg('T'), command: 'c', host: 'source', xml: '<x/>' }, { text: msg('U') }],
      },
    },
    { phase: 'cancelled', answers: [answer], where: { kind: 'runs-here' } },
    {
      phase: 'failed',
      failure: { summary: msg('S'), original: '' },
      where: { kind: 'paused-here', reason: 'user' },
    },
    {
      phase: 'done',
      verification: 'incomplete',
      answers: [],
      callError: 'broken',
      where: { kind: 'both', here: 'running', there: 'paused' },
    },
  ];
  it.each(phases.map((state) => [state.phase, state] as const))(
    'describes a migration that is %s',
    (_, state) => {
      const report = reportOf(choices, planFor(choices), preflight([passed]), none);
      const migration = migrationReportOf({
        vm: choices.vm,
        startedHere: true,
        cancelling: false,
        steering: [],
        state,
      });
      expect(schemaProblems(printed({ ...report, migration }))).toEqual([]);
    },
  );

  it('describes the list of VMs', () => {
    const vm: Vm = {
      connection: 'system',
      name: 'web',
      uuid,
      state: { kind: 'running' },
      persistent: true,
    };
    const document = listDocument([
      vm,
      { ...vm, state: { kind: 'paused', reason: 'io-error' }, transfer: { kind: 'leaving', percent: 7 } },
      {
        ...vm,
        state: { kind: 'shut-off', migratedAway: true },
        vcpus: 2,
        memoryBytes: 1024,
        autostart: true,
        temporaryCopy: {
          destination: 'qemu+ssh://beta/system',
          since: '2026-01-31T10:00:00Z',
          copyDisks: ['vda'],
        },
      },
    ]);
    expect(schemaProblems(printed(document), 'list')).toEqual([]);
  });

  it('rejects broken documents', () => {
    const report = reportOf(choices, planFor(choices), preflight([passed]), none);
    const { vm: _, ...nameless } = report;
    expect(schemaProblems(nameless)).toEqual(['$: has no vm']);
    expect(schemaProblems({ ...report, version: 2 })).toEqual(['$.version: is not 1']);
    expect(schemaProblems({ ...report, verdict: 'fine' })).toEqual(['$.verdict: fine is not allowed']);
    expect(schemaProblems({ ...report, forecast: { kind: 'unknown' } })).toEqual([
      '$.forecast: fits 0 of its forms',
    ]);
    expect(schemaProblems({ ...report, more: 1 })).toEqual(['$.more: is not in the schema']);
    expect(schemaProblems({ ...report, findings: [{ ...report.findings[0], check: 'No Id' }] })).toEqual([
      '$.findings[0].check: pattern',
    ]);
  });
});
